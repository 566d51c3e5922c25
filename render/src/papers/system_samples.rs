//! Made-up papers of the quality system: declarations of conformity, minutes of management reviews. All invented.

use domain::conformity::DeclarationPart;

use super::samples::{at, day, person, sheet, signatory, texts};
use super::{AnnexLine, Declaration, Letterhead, Paper, ReviewDecision, ReviewInput, ReviewMinutes, Sheet, Signatory, Signing};

pub(super) fn samples() -> Vec<(&'static str, Paper)> {
    let declaration = |one: Declaration| {
        let subject = "hệ thống quản lý chất lượng phù hợp Tiêu chuẩn quốc gia TCVN ISO 9001:2015";
        let again = if one.again { "Công bố lại" } else { "Công bố" };
        let subject = match one.part {
            DeclarationPart::Statement => format!("{again} {subject}"),
            _ => format!("Về việc {} {subject}", again.to_lowercase()),
        };
        Paper::Declaration(Box::new(Declaration { sheet: Sheet { subject, ..one.sheet }, ..one }))
    };
    vec![
        ("quyet-dinh-cong-bo-du-thao", declaration(first_declaration())),
        ("quyet-dinh-cong-bo-lai", declaration(declaration_again())),
        ("ban-cong-bo", declaration(Declaration { part: DeclarationPart::Statement, ..declaration_again() })),
        ("xem-xet-lanh-dao-iso", Paper::ReviewMinutes(Box::new(review_minutes()))),
        ("xem-xet-lanh-dao-iso-du-thao", Paper::ReviewMinutes(Box::new(draft_review_minutes()))),
    ]
}

fn annex_line(n: usize) -> AnnexLine {
    let (group, title) = match n % 3 {
        0 => ("Lĩnh vực Hộ tịch", "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con"),
        1 => ("Lĩnh vực Chứng thực", "Chứng thực bản sao từ bản chính giấy tờ, văn bản"),
        _ => ("Lĩnh vực Đất đai", "Đăng ký đất đai, tài sản gắn liền với đất lần đầu đối với hộ gia đình, cá nhân"),
    };
    AnnexLine {
        group: group.to_owned(),
        title: title.to_owned(),
        national_codes: texts(if n == 3 {
            &["1.001193.000.00.00.H55", "2.000884.000.00.00.H55"]
        } else {
            &["1.001193.000.00.00.H55"]
        }),
        code: format!("QT-HT-{n:02}"),
        unit: "Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned(),
        note: if n.is_multiple_of(7) { "Mới".to_owned() } else { String::new() },
    }
}

fn first_declaration() -> Declaration {
    let mut sheet = sheet("", None, true);
    sheet.letterhead = Letterhead {
        superior: None,
        agency: "Ủy ban nhân dân\nxã An Mẫu".to_owned(),
        issuer: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        number: None,
        symbol: "UBND".to_owned(),
    };
    Declaration {
        sheet,
        part: DeclarationPart::Decision,
        place_name: "An Mẫu".to_owned(),
        issued_on: None,
        authority: "Chủ tịch Ủy ban nhân dân xã An Mẫu".to_owned(),
        agency: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        address: "Số 01 đường Mẫu, xã An Mẫu, tỉnh Mẫu".to_owned(),
        standard: "TCVN ISO 9001:2015".to_owned(),
        again: false,
        reason: None,
        grounds: texts(&[
            "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Căn cứ Quyết định số 19/2014/QĐ-TTg ngày 05 tháng 3 năm 2014 của Thủ tướng Chính phủ về việc áp dụng hệ thống quản lý chất lượng theo Tiêu chuẩn quốc gia TCVN ISO 9001:2008 vào hoạt động của các cơ quan, tổ chức thuộc hệ thống hành chính nhà nước",
            "Căn cứ kết quả đánh giá nội bộ và xem xét của lãnh đạo năm 2026",
        ]),
        statement: "Hệ thống quản lý chất lượng tại Ủy ban nhân dân xã An Mẫu phù hợp Tiêu chuẩn quốc gia TCVN ISO 9001:2015 đối với các hoạt động thuộc phạm vi nêu dưới đây.".to_owned(),
        replaces: None,
        lines: (1..=3).map(annex_line).collect(),
        gone: Vec::new(),
        recipients: texts(&["Như Điều 4", "Sở Khoa học và Công nghệ tỉnh Mẫu (để báo cáo)", "Lưu: VT"]),
        signature: Signatory { capacity: texts(&["Chủ tịch"]), ..signatory(None, None, Signing::Pending) },
    }
}

fn declaration_again() -> Declaration {
    let first = first_declaration();
    let letterhead = Letterhead { number: Some(5), ..first.sheet.letterhead };
    let mut lines: Vec<AnnexLine> = (1..=72).map(annex_line).collect();
    lines.sort_by(|a, b| a.group.cmp(&b.group));
    Declaration {
        sheet: Sheet { letterhead, draft: false, ..first.sheet },
        issued_on: Some(day(2026, 3, 5)),
        again: true,
        reason: Some("điều chỉnh phạm vi áp dụng".to_owned()),
        replaces: Some("Quyết định số 12/QĐ-UBND ngày 10 tháng 8 năm 2025".to_owned()),
        lines,
        gone: vec![AnnexLine { note: "Bãi bỏ".to_owned(), ..annex_line(99) }],
        signature: Signatory {
            capacity: texts(&["Chủ tịch"]),
            ..signatory(None, Some("Phạm Đức Thịnh"), Signing::Confirmed { at: at(day(2026, 3, 4), 9, 30) })
        },
        ..first
    }
}

fn review_input(code: &str, title: &str, facts: &[&str], remark: &[&str]) -> ReviewInput {
    ReviewInput { code: code.to_owned(), title: title.to_owned(), facts: texts(facts), remark: texts(remark) }
}

/// Signed, with a number: inputs with and without figures, decisions of every kind.
fn review_minutes() -> ReviewMinutes {
    let on = day(2026, 12, 10);
    let sheet = Sheet {
        letterhead: Letterhead {
            superior: None,
            agency: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            issuer: "Ủy ban nhân dân xã An Mẫu".to_owned(),
            number: Some(21),
            symbol: "UBND".to_owned(),
        },
        prepared_at: at(on, 11, 20),
        ..sheet("Xem xét của lãnh đạo đối với hệ thống quản lý chất lượng năm 2026", Some(21), false)
    };
    let decision = |text: &str, kind: &str, owner: &str, due_on, resources: &str| ReviewDecision {
        text: text.to_owned(),
        kind: kind.to_owned(),
        unit: "Trung tâm Phục vụ hành chính công xã An Mẫu".to_owned(),
        owner: owner.to_owned(),
        due_on,
        resources: resources.to_owned(),
    };
    ReviewMinutes {
        sheet,
        grounds: vec!["Căn cứ TCVN ISO 9001:2015, điều khoản 9.3".to_owned()],
        on,
        opened_at: Some(at(on, 8, 0)),
        closed_at: Some(at(on, 11, 0)),
        place: Some("Phòng họp số 1, trụ sở UBND xã An Mẫu".to_owned()),
        unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        period: Some("từ ngày 01/01/2026 đến ngày 09/12/2026".to_owned()),
        chair: person("Ông Phạm Đức Thịnh", "Chủ tịch UBND xã An Mẫu", None),
        secretary: person("Bà Võ Thị Ngọc Ánh", "Thư ký ISO", None),
        participants: vec![person("Bà Lê Thị Thuỷ Tiên", "Giám đốc Trung tâm Phục vụ hành chính công xã", None)],
        others: texts(&["Ông Nguyễn Văn Bảy, Trưởng Công an xã"]),
        inputs: vec![
            review_input(
                "a",
                "Tình trạng thực hiện các hành động từ lần xem xét trước",
                &["Lần xem xét trước (XX-2025-01) có 04 quyết định: 03 đã hoàn thành, 01 đang khắc phục theo KP-2026-0007"],
                &[],
            ),
            review_input(
                "c3",
                "Kết quả thực hiện và sự phù hợp của dịch vụ",
                &[
                    "Đã giải quyết 2.644 hồ sơ, trong đó 2.624 hồ sơ đúng hạn và trước hạn (99,24%), 20 hồ sơ quá hạn; đang quá hạn 02 hồ sơ",
                    "Nhiệm vụ theo kế hoạch: 21/25 đã hoàn thành",
                ],
                &["Hồ sơ quá hạn tập trung ở lĩnh vực đất đai, do chờ kết quả phối hợp.", "Cần rà soát lại thời gian từng bước."],
            ),
            review_input("d", "Sự đầy đủ của nguồn lực", &[], &["Thiếu 01 máy quét tại quầy tiếp nhận"]),
        ],
        discussion: texts(&["Các ý kiến thống nhất với số liệu đầu vào.", "Đề nghị bố trí thêm máy quét tại quầy tiếp nhận."]),
        conclusion: texts(&["Hệ thống quản lý chất lượng vẫn thích hợp, thỏa đáng và có hiệu lực."]),
        decisions: vec![
            decision(
                "Rà soát thời gian từng bước của quy trình đất đai",
                "Thay đổi hệ thống quản lý chất lượng",
                "Bà Lê Thị Thuỷ Tiên",
                day(2027, 1, 31),
                "",
            ),
            decision(
                "Mua 01 máy quét",
                "Nhu cầu nguồn lực",
                "Bà Võ Thị Ngọc Ánh",
                day(2027, 3, 31),
                "12 triệu đồng, chi thường xuyên",
            ),
        ],
        copies: 2,
        secretary_signature: signatory(None, Some("Võ Thị Ngọc Ánh"), Signing::Pending),
        chair_signature: Signatory {
            capacity: texts(&["CHỦ TỌA"]),
            ..signatory(Some("Chủ tịch UBND xã"), Some("Phạm Đức Thịnh"), Signing::Confirmed { at: at(on, 11, 15) })
        },
        recipients: texts(&["Thành viên dự họp", "Lưu: VT, hồ sơ ISO"]),
    }
}

/// Before the meeting: no hours, no place, no discussion, no number.
fn draft_review_minutes() -> ReviewMinutes {
    let full = review_minutes();
    let letterhead = Letterhead { number: None, ..full.sheet.letterhead.clone() };
    ReviewMinutes {
        sheet: Sheet { letterhead, draft: true, ..full.sheet.clone() },
        opened_at: None,
        closed_at: None,
        place: None,
        participants: Vec::new(),
        others: Vec::new(),
        discussion: Vec::new(),
        conclusion: Vec::new(),
        decisions: Vec::new(),
        chair_signature: Signatory { signing: Signing::Pending, ..full.chair_signature.clone() },
        ..full
    }
}

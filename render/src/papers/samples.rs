//! Made-up papers, short, typical and long: for tests, for looking at, for the sample world.
//!
//! Persons, numbers and results are invented.

use chrono::{NaiveDate, NaiveDateTime};

use super::{
    Area, AreaResult, CchcPart, Counts, Dossier, Finding, Grade, Independence, IndependenceException, InspectionReport, IsoPart,
    Layout, Letterhead, Line, Mark, Matrix, MatrixRow, Minutes, Opinion, Paper, Participant, PreviousFinding, Recommendation,
    ReportKind, SampleDraw, Sheet, Signatory, Signing, UnitAnswer, Verdict, Vocabulary,
};

/// Named sample papers.
#[must_use]
pub fn samples() -> Vec<(&'static str, Paper)> {
    let minutes = |minutes| Paper::Minutes(Box::new(minutes));
    let report = |report| Paper::InspectionReport(Box::new(report));
    vec![
        ("bien-ban-ngan-du-thao", minutes(short_minutes())),
        ("bien-ban-cchc", minutes(typical_minutes())),
        ("bien-ban-cchc-du-thao", minutes(unsigned_minutes())),
        ("bien-ban-tu-choi-ky", minutes(refused_minutes())),
        ("bien-ban-dai", minutes(long_minutes())),
        ("bien-ban-iso", minutes(iso_minutes())),
        ("bao-cao-ngan-du-thao", report(short_report())),
        ("bao-cao-cchc", report(typical_report())),
        ("bao-cao-dai", report(long_report())),
        ("bao-cao-iso", report(iso_report())),
    ]
    .into_iter()
    .chain(super::system_samples::samples())
    .chain(super::list_samples::samples())
    .collect()
}

pub(super) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

pub(super) fn at(date: NaiveDate, hour: u32, minute: u32) -> NaiveDateTime {
    date.and_hms_opt(hour, minute, 0).unwrap_or_default()
}

pub(super) fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

pub(super) fn person(name: &str, position: &str, role: Option<&str>) -> Participant {
    Participant { name: name.to_owned(), position: position.to_owned(), role: role.map(str::to_owned) }
}

pub(super) fn signatory(office_title: Option<&str>, name: Option<&str>, signing: Signing) -> Signatory {
    Signatory { capacity: Vec::new(), office_title: office_title.map(str::to_owned), name: name.map(str::to_owned), signing }
}

pub(super) fn sheet(subject: &str, number: Option<u32>, draft: bool) -> Sheet {
    Sheet {
        layout: Layout::default(),
        letterhead: Letterhead {
            superior: Some("Ủy ban nhân dân tỉnh Mẫu".to_owned()),
            agency: "Đoàn kiểm tra CCHC".to_owned(),
            issuer: "Đoàn kiểm tra công tác cải cách hành chính".to_owned(),
            number,
            symbol: "ĐKT".to_owned(),
        },
        subject: subject.to_owned(),
        draft,
        prepared_at: at(day(2026, 3, 5), 16, 40),
    }
}

fn team() -> Vec<Participant> {
    vec![
        person("Bà Nguyễn Thị Minh Nguyệt", "Phó Giám đốc Sở Nội vụ", Some("Trưởng đoàn")),
        person("Ông K’Brèo Ha Thuỳ", "Trưởng phòng Cải cách hành chính, Sở Nội vụ", Some("Phó Trưởng đoàn")),
        person("Ông Trần Quốc Khánh", "Chuyên viên Phòng Kiểm soát thủ tục hành chính, Văn phòng UBND tỉnh", Some("Thành viên")),
        person("Bà Lê Thị Thuỷ Tiên", "Chuyên viên Phòng Cải cách hành chính, Sở Nội vụ", Some("Thư ký")),
    ]
}

fn unit_side() -> Vec<Participant> {
    vec![
        person("Ông Phạm Đức Thịnh", "Chủ tịch UBND xã An Mẫu", None),
        person("Bà Võ Thị Ngọc Ánh", "Giám đốc Trung tâm Phục vụ hành chính công xã", None),
    ]
}

const GROUNDS: [&str; 3] = [
    "Căn cứ Nghị quyết số 76/NQ-CP ngày 15 tháng 7 năm 2021 của Chính phủ ban hành Chương trình tổng thể cải cách hành chính nhà nước giai đoạn 2021 - 2030",
    "Căn cứ Kế hoạch số 18/KH-UBND ngày 12 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh Mẫu về kiểm tra công tác cải cách hành chính năm 2026",
    "Căn cứ Quyết định số 215/QĐ-UBND ngày 10 tháng 02 năm 2026 của Chủ tịch Ủy ban nhân dân tỉnh Mẫu về việc thành lập Đoàn kiểm tra công tác cải cách hành chính năm 2026",
];

const AREAS: [(&str, &str); 7] = [
    ("I", "Công tác chỉ đạo, điều hành cải cách hành chính"),
    ("II", "Cải cách thể chế"),
    ("III", "Cải cách thủ tục hành chính"),
    ("IV", "Cải cách tổ chức bộ máy"),
    ("V", "Cải cách chế độ công vụ"),
    ("VI", "Cải cách tài chính công"),
    ("VII", "Xây dựng và phát triển chính quyền điện tử, chính quyền số"),
];

/// Lines of one checklist: code, text, value, verdict, note.
type Row = (&'static str, &'static str, &'static str, Option<Verdict>, &'static str);

const ROWS: [[Row; 3]; 7] = [
    [
        (
            "CĐ-01",
            "Ban hành kế hoạch cải cách hành chính năm đúng thời hạn, có phân công trách nhiệm và sản phẩm cụ thể",
            "Có; ngày 08/01/2026",
            Some(Verdict::Conform),
            "Kế hoạch số 04/KH-UBND",
        ),
        (
            "CĐ-02",
            "Tỷ lệ nhiệm vụ trong kế hoạch hoàn thành đúng tiến độ",
            "18/21 (85,71%)",
            Some(Verdict::Partial),
            "03 nhiệm vụ chuyển sang quý II",
        ),
        ("CĐ-03", "Tự kiểm tra đối với bộ phận, đơn vị trực thuộc (tối thiểu 50%)", "4/7 (57,14%)", Some(Verdict::Conform), ""),
    ],
    [
        ("TC-01", "Rà soát, hệ thống hoá văn bản quy phạm pháp luật theo thẩm quyền", "Có", Some(Verdict::Conform), ""),
        ("TC-02", "Xử lý văn bản có nội dung không còn phù hợp sau rà soát", "2/2 (100%)", Some(Verdict::Conform), ""),
        (
            "TC-03",
            "Theo dõi thi hành pháp luật lĩnh vực trọng tâm",
            "",
            Some(Verdict::NotAudited),
            "Ngoài thời gian làm việc của Đoàn",
        ),
    ],
    [
        (
            "TT-01",
            "Niêm yết, công khai thủ tục hành chính đầy đủ, đúng quyết định công bố đang có hiệu lực",
            "Không; thiếu 12 thủ tục",
            Some(Verdict::Nonconform),
            "Lĩnh vực đất đai, hộ tịch",
        ),
        (
            "TT-02",
            "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn",
            "1.842/1.871 (98,45%)",
            Some(Verdict::Partial),
            "29 hồ sơ quá hạn, 21 hồ sơ đất đai",
        ),
        (
            "TT-03",
            "Có văn bản xin lỗi và hẹn lại ngày trả đối với hồ sơ quá hạn",
            "11/29 (37,93%)",
            Some(Verdict::Nonconform),
            "",
        ),
    ],
    [
        ("BM-01", "Quy chế làm việc được ban hành và cập nhật sau sắp xếp đơn vị hành chính", "Có", Some(Verdict::Conform), ""),
        ("BM-02", "Thực hiện đúng số lượng cấp phó theo quy định", "Có", Some(Verdict::Conform), ""),
        ("BM-03", "Phương án sắp xếp đơn vị sự nghiệp trực thuộc", "", Some(Verdict::NotApplicable), "Không có đơn vị sự nghiệp"),
    ],
    [
        ("CV-01", "Bố trí cán bộ, công chức đúng vị trí việc làm được phê duyệt", "32/34 (94,12%)", Some(Verdict::Partial), ""),
        ("CV-02", "Cán bộ, công chức được bồi dưỡng kỹ năng số trong năm", "30/34 (88,24%)", Some(Verdict::Conform), ""),
        ("CV-03", "Chấp hành kỷ luật, kỷ cương hành chính", "Không có vi phạm", Some(Verdict::Conform), ""),
    ],
    [
        (
            "TCC-01",
            "Tỷ lệ giải ngân vốn đầu tư công được giao",
            "4.215.000.000 đồng/5.000.000.000 đồng (84,30%)",
            Some(Verdict::Partial),
            "",
        ),
        ("TCC-02", "Ban hành và công khai quy chế chi tiêu nội bộ", "Có", Some(Verdict::Conform), ""),
        (
            "TCC-03",
            "Thực hiện kiến nghị của kiểm toán, thanh tra về tài chính",
            "",
            Some(Verdict::NotApplicable),
            "Không có kiến nghị",
        ),
    ],
    [
        ("CS-01", "Tỷ lệ hồ sơ tiếp nhận trực tuyến trên tổng số hồ sơ", "1.507/1.871 (80,55%)", Some(Verdict::Conform), ""),
        (
            "CS-02",
            "Tỷ lệ số hoá hồ sơ, kết quả giải quyết thủ tục hành chính",
            "1.702/1.871 (90,97%)",
            Some(Verdict::Conform),
            "",
        ),
        (
            "CS-03",
            "Áp dụng hệ thống quản lý chất lượng TCVN ISO 9001:2015, cập nhật quy trình theo thủ tục hành chính hiện hành",
            "Chưa cập nhật 05 quy trình",
            Some(Verdict::Partial),
            "",
        ),
    ],
];

fn line(row: &Row) -> Line {
    let (code, text, value, verdict, note) = *row;
    Line { code: code.to_owned(), text: text.to_owned(), value: value.to_owned(), verdict, note: note.to_owned() }
}

fn areas() -> Vec<Area> {
    let facts = [
        "UBND xã ban hành Kế hoạch số 04/KH-UBND ngày 08 tháng 01 năm 2026 với 21 nhiệm vụ; đã hoàn thành 18 nhiệm vụ. Đã tự kiểm tra 04/07 bộ phận, đơn vị trực thuộc.",
        "Đã rà soát và xử lý xong 02 văn bản không còn phù hợp.",
        "Từ ngày 01 tháng 01 đến ngày 28 tháng 02 năm 2026, tiếp nhận 1.871 hồ sơ (kỳ trước chuyển sang 96, trực tiếp 268, trực tuyến 1.507); đã giải quyết 1.871 hồ sơ, trong đó trước hạn và đúng hạn 1.842, quá hạn 29.\nBảng niêm yết tại Trung tâm Phục vụ hành chính công xã thiếu 12 thủ tục đã được công bố trong tháng 12 năm 2025.",
        "Quy chế làm việc được ban hành ngày 20 tháng 7 năm 2025, phù hợp với mô hình chính quyền địa phương 02 cấp.",
        "34 cán bộ, công chức; 02 người đang bố trí chưa đúng vị trí việc làm.",
        "Quy chế chi tiêu nội bộ được ban hành và công khai đúng quy định.",
        "Tỷ lệ hồ sơ trực tuyến đạt 80,55%. 05 quy trình nội bộ thuộc lĩnh vực đất đai chưa được cập nhật.",
    ];
    AREAS
        .iter()
        .zip(&ROWS)
        .zip(facts)
        .map(|((&(code, title), rows), fact)| Area {
            code: code.to_owned(),
            title: title.to_owned(),
            lines: rows.iter().map(line).collect(),
            facts: texts(&[fact]),
        })
        .collect()
}

fn finding(code: &str, statement: &str, requirement: &str, evidence: &[&str]) -> Finding {
    Finding {
        code: code.to_owned(),
        grade: None,
        place: None,
        statement: statement.to_owned(),
        requirement: Some(requirement.to_owned()),
        evidence: texts(evidence),
        repeats: None,
        answer: UnitAnswer::Accepted,
    }
}

fn findings() -> Vec<Finding> {
    vec![
        Finding {
            place: Some("Trung tâm Phục vụ hành chính công xã".to_owned()),
            ..finding(
                "TT-01",
                "Chưa niêm yết 12 thủ tục hành chính thuộc lĩnh vực đất đai và hộ tịch đã được công bố",
                "Nghị định số 61/2018/NĐ-CP và các văn bản sửa đổi, bổ sung",
                &["ảnh chụp bảng niêm yết lúc 09 giờ 15 phút", "Quyết định công bố số 2214/QĐ-UBND"],
            )
        },
        Finding {
            repeats: Some("Thông báo kết luận số 112/TB-UBND ngày 25 tháng 9 năm 2025".to_owned()),
            ..finding(
                "TT-02",
                "18/29 hồ sơ quá hạn không có văn bản xin lỗi và hẹn lại ngày trả kết quả",
                "Nghị định số 61/2018/NĐ-CP",
                &["danh sách hồ sơ quá hạn trích từ hệ thống ngày 04 tháng 3 năm 2026"],
            )
        },
        Finding {
            answer: UnitAnswer::Disputed {
                reason: "05 quy trình đang chờ Sở Nông nghiệp và Môi trường hướng dẫn về thành phần hồ sơ".to_owned(),
            },
            ..finding(
                "CS-01",
                "05 quy trình nội bộ lĩnh vực đất đai chưa được cập nhật theo thủ tục hành chính hiện hành",
                "Quyết định số 19/2014/QĐ-TTg",
                &["danh mục tài liệu nội bộ ban hành lần 3"],
            )
        },
    ]
}

fn recommendation(codes: &[&str], text: &str, responsible: &str, due_on: NaiveDate) -> Recommendation {
    Recommendation {
        findings: texts(codes),
        text: text.to_owned(),
        responsible: Some(responsible.to_owned()),
        due_on: Some(due_on),
        to_unit: true,
    }
}

fn recommendations() -> Vec<Recommendation> {
    vec![
        recommendation(
            &["TT-01"],
            "Niêm yết, công khai đầy đủ thủ tục hành chính đang có hiệu lực",
            "Giám đốc Trung tâm Phục vụ hành chính công xã",
            day(2026, 3, 20),
        ),
        recommendation(
            &["TT-02"],
            "Ban hành văn bản xin lỗi đối với 18 hồ sơ còn thiếu; kiểm tra việc này hằng tuần",
            "Chủ tịch UBND xã",
            day(2026, 3, 9),
        ),
        recommendation(&["CS-01"], "Cập nhật 05 quy trình nội bộ lĩnh vực đất đai", "Phòng Kinh tế xã", day(2026, 4, 15)),
    ]
}

fn typical_minutes() -> Minutes {
    let date = day(2026, 3, 5);
    let signed = Signing::Confirmed { at: at(date, 16, 45) };
    Minutes {
        sheet: sheet("Kiểm tra công tác cải cách hành chính năm 2026 tại Ủy ban nhân dân xã An Mẫu", Some(5), false),
        vocabulary: Vocabulary::Cchc,
        grounds: texts(&GROUNDS),
        opened_at: at(date, 8, 0),
        closed_at: Some(at(date, 16, 30)),
        place: "trụ sở Ủy ban nhân dân xã An Mẫu".to_owned(),
        activity: "kiểm tra công tác cải cách hành chính".to_owned(),
        unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        period: Some("từ ngày 01 tháng 01 năm 2025 đến ngày 28 tháng 02 năm 2026".to_owned()),
        team: team(),
        unit_side: unit_side(),
        others: Vec::new(),
        documents: texts(&[
            "Báo cáo tự kiểm tra số 41/BC-UBND ngày 27 tháng 02 năm 2026 và phụ lục số liệu",
            "Kế hoạch cải cách hành chính năm 2026 và sổ theo dõi nhiệm vụ",
            "15 hồ sơ thủ tục hành chính lấy mẫu",
        ]),
        samples: vec![sample_draw(15)],
        areas: areas(),
        strengths: texts(&[
            "Lãnh đạo xã quan tâm chỉ đạo, kế hoạch ban hành sớm, có phân công rõ người, rõ việc",
            "Tỷ lệ hồ sơ trực tuyến và số hoá cao hơn mức bình quân của tỉnh",
        ]),
        findings: findings(),
        recommendations: recommendations(),
        opinion: Opinion::Given {
            statements: texts(&[
                "UBND xã cơ bản nhất trí với kết quả kiểm tra. Riêng nội dung CS-01, đề nghị Đoàn kiểm tra ghi nhận nguyên nhân do chờ hướng dẫn của cơ quan chuyên môn cấp tỉnh.",
            ]),
            commitments: texts(&["Khắc phục xong các tồn tại TT-01, TT-02 trước ngày 31 tháng 3 năm 2026"]),
        },
        copies: 3,
        kept_by: Some("Đoàn kiểm tra giữ 02 bản, đơn vị được kiểm tra giữ 01 bản".to_owned()),
        unit_signature: signatory(Some("Chủ tịch"), Some("Phạm Đức Thịnh"), signed.clone()),
        secretary_signature: signatory(None, Some("Lê Thị Thuỷ Tiên"), signed.clone()),
        lead_signature: signatory(Some("Phó Giám đốc Sở Nội vụ"), Some("Nguyễn Thị Minh Nguyệt"), signed),
        recipients: texts(&["UBND tỉnh (để báo cáo)", "UBND xã An Mẫu", "Thành viên Đoàn kiểm tra", "Lưu: VT, CCHC"]),
    }
}

fn sample_draw(count: usize) -> SampleDraw {
    SampleDraw {
        title: "Hồ sơ lĩnh vực đất đai tiếp nhận trong tháng 01 và tháng 02 năm 2026".to_owned(),
        population: 214,
        method: "Rút ngẫu nhiên theo số khởi tạo 20260305; bổ sung toàn bộ hồ sơ quá hạn".to_owned(),
        dossiers: (1..=count)
            .map(|index| Dossier {
                code: format!("H36.112.15-260{}{:02}-{:04}", 1 + index % 2, 1 + index % 27, 17 * index),
                procedure: "Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất".to_owned(),
                note: if index % 5 == 0 { "Quá hạn 03 ngày" } else { "" }.to_owned(),
            })
            .collect(),
    }
}

/// As typed in during the visit: no number, no end, nothing signed.
fn unsigned_minutes() -> Minutes {
    let pending = |who: Signatory| Signatory { signing: Signing::Pending, ..who };
    let typical = typical_minutes();
    Minutes {
        sheet: sheet(&typical.sheet.subject, None, true),
        closed_at: None,
        opinion: Opinion::Open,
        unit_signature: pending(typical.unit_signature.clone()),
        secretary_signature: pending(typical.secretary_signature.clone()),
        lead_signature: pending(typical.lead_signature.clone()),
        ..typical
    }
}

fn refused_minutes() -> Minutes {
    let typical = typical_minutes();
    Minutes {
        unit_signature: signatory(
            Some("Chủ tịch"),
            Some("Phạm Đức Thịnh"),
            Signing::Refused {
                reason:
                    "không nhất trí với nội dung CS-01; đề nghị có ý kiến của Sở Nông nghiệp và Môi trường trước khi kết luận"
                        .to_owned(),
            },
        ),
        ..typical
    }
}

/// The least there can be: a surprise visit without samples or findings.
fn short_minutes() -> Minutes {
    let nobody = || signatory(None, None, Signing::Pending);
    Minutes {
        sheet: sheet("Kiểm tra đột xuất Bộ phận Một cửa phường Xuân Hương", None, true),
        grounds: texts(&["Căn cứ Kế hoạch số 18/KH-UBND ngày 12 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh"]),
        closed_at: None,
        place: "Trung tâm Phục vụ hành chính công phường Xuân Hương".to_owned(),
        activity: "kiểm tra đột xuất việc tiếp nhận, trả kết quả".to_owned(),
        unit: "Ủy ban nhân dân phường Xuân Hương".to_owned(),
        period: None,
        team: team().into_iter().take(2).collect(),
        unit_side: Vec::new(),
        documents: Vec::new(),
        samples: Vec::new(),
        areas: vec![Area {
            code: "I".to_owned(),
            title: "Việc tiếp nhận và trả kết quả".to_owned(),
            lines: Vec::new(),
            facts: texts(&["Tại thời điểm kiểm tra, 04/04 công chức có mặt, mặc trang phục và đeo thẻ đúng quy định."]),
        }],
        strengths: Vec::new(),
        findings: Vec::new(),
        recommendations: Vec::new(),
        opinion: Opinion::Open,
        copies: 2,
        kept_by: None,
        unit_signature: nobody(),
        secretary_signature: nobody(),
        lead_signature: nobody(),
        recipients: Vec::new(),
        ..typical_minutes()
    }
}

const LONG_UNIT: &str = "Trung tâm Phục vụ hành chính công và Bộ phận tiếp nhận, trả kết quả giải quyết thủ tục hành chính theo cơ chế một cửa, một cửa liên thông Ủy ban nhân dân đặc khu Phú Quý";

fn long_findings() -> Vec<Finding> {
    (1..=12)
        .map(|index| Finding {
            code: format!("TT-{index:02}"),
            place: Some(LONG_UNIT.to_owned()),
            repeats: (index % 4 == 0)
                .then(|| "Thông báo kết luận kiểm tra số 112/TB-UBND ngày 25 tháng 9 năm 2025 của Ủy ban nhân dân tỉnh".to_owned()),
            ..finding(
                "",
                "Kết quả giải quyết đã trả cho tổ chức, cá nhân bằng bản giấy nhưng chưa được cập nhật, ký số và trả trên Hệ thống thông tin giải quyết thủ tục hành chính của tỉnh; việc đối chiếu giữa sổ theo dõi và phần mềm không thực hiện hằng ngày, dẫn đến số liệu báo cáo không khớp giữa các kỳ",
                "Nghị định số 118/2025/NĐ-CP về thực hiện thủ tục hành chính theo cơ chế một cửa, một cửa liên thông",
                &[
                    "sổ theo dõi hồ sơ quyển số 02/2026 từ trang 14 đến trang 37",
                    "bảng kết xuất số liệu từ hệ thống lúc 10 giờ 20 phút ngày 05 tháng 3 năm 2026",
                    "https://dichvucong.example.vn/tra-cuu/ho-so?ma=000.00.12.H36-260305-0001&xacthuc=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
                ],
            )
        })
        .collect()
}

fn long_recommendations() -> Vec<Recommendation> {
    let mut list: Vec<_> = (1..=12)
        .flat_map(|index| {
            let code = format!("TT-{index:02}");
            let first = recommendation(
                &[&code],
                "Rà soát toàn bộ hồ sơ đã trả kết quả bằng bản giấy từ ngày 01 tháng 7 năm 2025, cập nhật và ký số bổ sung trên hệ thống; đối chiếu hằng ngày trước 17 giờ 00 phút",
                "Giám đốc Trung tâm Phục vụ hành chính công đặc khu Phú Quý",
                day(2026, 4, 30),
            );
            let second = recommendation(
                &[&code],
                "Tổ chức kiểm điểm, làm rõ trách nhiệm của cá nhân liên quan",
                "Chủ tịch UBND đặc khu Phú Quý",
                day(2026, 5, 9),
            );
            [Some(first), (index % 3 == 0).then_some(second)].into_iter().flatten()
        })
        .collect();
    list.push(Recommendation {
        findings: Vec::new(),
        text: "Đề nghị Sở Khoa học và Công nghệ khắc phục lỗi đồng bộ giữa hệ thống của tỉnh và phần mềm chuyên ngành".to_owned(),
        responsible: Some("Sở Khoa học và Công nghệ".to_owned()),
        due_on: None,
        to_unit: false,
    });
    list
}

fn long_minutes() -> Minutes {
    let typical = typical_minutes();
    let mut sheet = sheet(
        &format!(
            "Kiểm tra công tác cải cách hành chính, kiểm soát thủ tục hành chính, chuyển đổi số và áp dụng TCVN ISO 9001:2015 năm 2026 tại {LONG_UNIT}"
        ),
        Some(112),
        false,
    );
    sheet.letterhead.superior = Some("Ban Chỉ đạo cải cách hành chính và chuyển đổi số tỉnh Mẫu".to_owned());
    sheet.letterhead.agency =
        "Đoàn kiểm tra liên ngành về cải cách hành chính, kiểm soát thủ tục hành chính và chuyển đổi số".to_owned();
    let long_areas = areas()
        .into_iter()
        .map(|area| Area {
            lines: area.lines.iter().cycle().take(9).cloned().collect(),
            facts: area.facts.iter().cycle().take(3).cloned().collect(),
            ..area
        })
        .collect();
    Minutes {
        sheet,
        unit: LONG_UNIT.to_owned(),
        place: format!("trụ sở {LONG_UNIT}"),
        closed_at: Some(at(day(2026, 3, 6), 9, 5)),
        others: vec![person("Ông Đỗ Mạnh Hùng", "Phóng viên Báo và Phát thanh, Truyền hình Mẫu", Some("Quan sát viên"))],
        areas: long_areas,
        findings: long_findings(),
        recommendations: long_recommendations(),
        samples: vec![sample_draw(30), SampleDraw { title: "Hồ sơ lĩnh vực hộ tịch".to_owned(), ..sample_draw(8) }],
        ..typical
    }
}

fn iso_sheet(subject: &str, number: Option<u32>) -> Sheet {
    Sheet {
        letterhead: Letterhead {
            superior: Some("UBND xã An Mẫu".to_owned()),
            agency: "Đoàn đánh giá nội bộ".to_owned(),
            issuer: "Đoàn đánh giá nội bộ".to_owned(),
            number,
            symbol: "ĐGNB".to_owned(),
        },
        ..sheet(subject, number, false)
    }
}

fn iso_findings() -> Vec<Finding> {
    let graded = |grade, place: &str, finding: Finding| Finding { grade: Some(grade), place: Some(place.to_owned()), ..finding };
    vec![
        graded(
            Grade::Major,
            "Bộ phận Một cửa; điều khoản 8.5.1",
            finding(
                "KPH-01",
                "Quy trình QT-08 được ban hành nhưng không được áp dụng trong toàn bộ 07 hồ sơ lấy mẫu",
                "TCVN ISO 9001:2015, điều khoản 8.5.1; quy trình QT-08, bước 3",
                &["07/07 phiếu kiểm soát quá trình để trống bước 3"],
            ),
        ),
        graded(
            Grade::Minor,
            "Văn phòng HĐND và UBND; điều khoản 7.5.3",
            finding(
                "KPH-02",
                "01 bản quy trình lỗi thời còn được sử dụng tại nơi làm việc",
                "TCVN ISO 9001:2015, điều khoản 7.5.3",
                &["QT-03 lần ban hành 2 (bản hiện hành: lần 4)"],
            ),
        ),
        graded(
            Grade::Observation,
            "Phòng Kinh tế; điều khoản 6.1",
            Finding {
                requirement: None,
                answer: UnitAnswer::None,
                ..finding("LY-01", "Danh mục rủi ro chưa đề cập việc liên thông phần mềm đất đai", "", &["BM-02-01"])
            },
        ),
        graded(
            Grade::Opportunity,
            "Phòng Văn hoá - Xã hội; điều khoản 9.1.2",
            Finding {
                requirement: None,
                answer: UnitAnswer::None,
                ..finding("CT-01", "Nên tổng hợp ý kiến người dân theo từng thủ tục để dễ cải tiến", "", &[])
            },
        ),
    ]
}

fn iso_recommendations() -> Vec<Recommendation> {
    vec![
        recommendation(
            &["KPH-01"],
            "Khắc phục, phân tích nguyên nhân và lập hành động khắc phục",
            "Bộ phận Một cửa",
            day(2026, 3, 19),
        ),
        recommendation(
            &["KPH-02"],
            "Thu hồi bản lỗi thời, rà soát toàn bộ điểm phân phối",
            "Văn phòng HĐND và UBND",
            day(2026, 3, 12),
        ),
    ]
}

fn iso_team() -> Vec<Participant> {
    vec![
        person("Ông Phan Hữu Nghĩa", "Phó Chủ tịch UBND xã", Some("Trưởng đoàn")),
        person("Bà Đặng Thị Hồng Gấm", "Công chức Văn phòng - Thống kê", Some("Thư ký, đánh giá viên")),
        person("Bà Trần Thị Lan", "Công chức Tư pháp - Hộ tịch", Some("Đánh giá viên")),
    ]
}

const CLAUSES: [(&str, &str); 7] = [
    ("4", "Bối cảnh của tổ chức"),
    ("5", "Sự lãnh đạo"),
    ("6", "Hoạch định"),
    ("7", "Hỗ trợ"),
    ("8", "Thực hiện"),
    ("9", "Đánh giá kết quả thực hiện"),
    ("10", "Cải tiến"),
];

fn iso_minutes() -> Minutes {
    let typical = typical_minutes();
    let areas = CLAUSES
        .iter()
        .map(|&(code, title)| Area {
            code: code.to_owned(),
            title: format!("Điều khoản {code} - {title}"),
            lines: vec![
                line(&(
                    "",
                    "Bằng chứng về việc xác định và theo dõi theo yêu cầu của điều khoản",
                    "Có",
                    Some(Verdict::Conform),
                    "",
                )),
                line(&(
                    "",
                    "Hồ sơ được kiểm soát, sẵn có tại nơi sử dụng",
                    "",
                    if code == "7" { Some(Verdict::Nonconform) } else { None },
                    "",
                )),
            ]
            .into_iter()
            .zip(1..)
            .map(|(line, index)| Line { code: format!("{code}.{index}"), ..line })
            .collect(),
            facts: Vec::new(),
        })
        .collect();
    Minutes {
        sheet: iso_sheet("Đánh giá nội bộ hệ thống quản lý chất lượng lần 1 năm 2026 tại Bộ phận Một cửa", None),
        vocabulary: Vocabulary::Iso,
        grounds: texts(&[
            "Căn cứ Kế hoạch đánh giá nội bộ số 03/KH-UBND ngày 09 tháng 02 năm 2026 của Ủy ban nhân dân xã An Mẫu",
        ]),
        activity: "đánh giá nội bộ hệ thống quản lý chất lượng theo TCVN ISO 9001:2015".to_owned(),
        unit: "Bộ phận Một cửa và các phòng chuyên môn".to_owned(),
        team: iso_team(),
        samples: Vec::new(),
        areas,
        findings: iso_findings(),
        recommendations: iso_recommendations(),
        opinion: Opinion::None,
        unit_signature: signatory(None, Some("Võ Thị Ngọc Ánh"), Signing::Pending),
        secretary_signature: signatory(None, Some("Đặng Thị Hồng Gấm"), Signing::Pending),
        lead_signature: signatory(None, Some("Phan Hữu Nghĩa"), Signing::Pending),
        kept_by: None,
        recipients: texts(&["Thường trực UBND xã", "Các bộ phận được đánh giá", "Lưu: VT, hồ sơ ISO"]),
        ..typical
    }
}

fn results() -> Vec<AreaResult> {
    areas()
        .into_iter()
        .map(|Area { code, title, lines, facts }| {
            let of = |verdict| {
                let found = lines.iter().filter(|line| line.verdict == Some(verdict)).count();
                u32::try_from(found).unwrap_or(u32::MAX)
            };
            let counts = Counts {
                conform: of(Verdict::Conform),
                partial: of(Verdict::Partial),
                nonconform: of(Verdict::Nonconform),
                not_applicable: of(Verdict::NotApplicable),
                not_audited: of(Verdict::NotAudited),
            };
            AreaResult { code, title, counts, facts }
        })
        .collect()
}

fn typical_report() -> InspectionReport {
    InspectionReport {
        sheet: Sheet {
            prepared_at: at(day(2026, 3, 16), 9, 0),
            ..sheet("Kết quả kiểm tra công tác cải cách hành chính năm 2026 tại Ủy ban nhân dân xã An Mẫu", Some(9), false)
        },
        place_name: "Mẫu".to_owned(),
        issued_on: Some(day(2026, 3, 17)),
        addressees: texts(&["Chủ tịch Ủy ban nhân dân tỉnh Mẫu"]),
        opening: "Thực hiện Quyết định số 215/QĐ-UBND ngày 10 tháng 02 năm 2026 của Chủ tịch Ủy ban nhân dân tỉnh về việc thành lập Đoàn kiểm tra công tác cải cách hành chính năm 2026, Đoàn kiểm tra đã tiến hành kiểm tra tại Ủy ban nhân dân xã An Mẫu. Đoàn kiểm tra báo cáo kết quả như sau:".to_owned(),
        grounds: GROUNDS.iter().map(|ground| ground.replacen("Căn cứ ", "", 1)).collect(),
        held: "Ngày 05 tháng 3 năm 2026, tại trụ sở Ủy ban nhân dân xã An Mẫu".to_owned(),
        period: Some("từ ngày 01 tháng 01 năm 2025 đến ngày 28 tháng 02 năm 2026".to_owned()),
        units: texts(&["Ủy ban nhân dân xã An Mẫu"]),
        method: texts(&["Nghiên cứu báo cáo tự kiểm tra; kiểm tra hồ sơ, tài liệu; rút ngẫu nhiên 15 hồ sơ thủ tục hành chính; phỏng vấn 06 người dân tại Trung tâm Phục vụ hành chính công."]),
        team: team(),
        independence: Independence {
            statement: None,
            exceptions: vec![IndependenceException {
                person: "Bà Lê Thị Thuỷ Tiên".to_owned(),
                conflict: "công tác tại UBND xã An Mẫu đến ngày 30 tháng 6 năm 2025, chưa đủ 12 tháng".to_owned(),
                reason: "chỉ làm nhiệm vụ thư ký, không kiểm tra nội dung; không bố trí được người khác".to_owned(),
                granted_by: "ông Nguyễn Văn Bình, Chủ tịch UBND tỉnh".to_owned(),
                granted_on: day(2026, 2, 9),
            }],
        },
        areas: results(),
        strengths: typical_minutes().strengths,
        findings: findings(),
        recommendations: recommendations(),
        kind: ReportKind::Cchc(CchcPart {
            external_causes: texts(&["Phần mềm đất đai chưa liên thông với Hệ thống thông tin giải quyết thủ tục hành chính của tỉnh"]),
            internal_causes: texts(&["Việc tự kiểm tra chưa thường xuyên; chưa phân công người theo dõi quyết định công bố thủ tục mới"]),
            responsibility: texts(&["Trách nhiệm của người đứng đầu: Chủ tịch UBND xã", "Trách nhiệm trực tiếp: Giám đốc Trung tâm Phục vụ hành chính công xã"]),
            arrangements: texts(&[
                "UBND xã An Mẫu xây dựng kế hoạch khắc phục trong 15 ngày kể từ ngày nhận Thông báo kết luận kiểm tra và báo cáo kết quả thực hiện về Sở Nội vụ.",
                "Sở Nội vụ theo dõi, đôn đốc và xác nhận việc thực hiện các kiến nghị.",
            ]),
        }),
        closing: "Trên đây là báo cáo kết quả kiểm tra công tác cải cách hành chính năm 2026 tại Ủy ban nhân dân xã An Mẫu, Đoàn kiểm tra kính trình Chủ tịch Ủy ban nhân dân tỉnh xem xét, kết luận".to_owned(),
        recipients: texts(&["Như trên", "Sở Nội vụ", "Thành viên Đoàn kiểm tra", "Lưu: VT, CCHC"]),
        signature: Signatory {
            capacity: texts(&["TM. ĐOÀN KIỂM TRA", "TRƯỞNG ĐOÀN"]),
            ..signatory(Some("Phó Giám đốc Sở Nội vụ"), Some("Nguyễn Thị Minh Nguyệt"), Signing::Pending)
        },
    }
}

fn short_report() -> InspectionReport {
    let typical = typical_report();
    InspectionReport {
        sheet: sheet("Kết quả kiểm tra đột xuất Bộ phận Một cửa phường Xuân Hương", None, true),
        issued_on: None,
        addressees: texts(&["Chủ tịch Ủy ban nhân dân tỉnh", "Giám đốc Sở Nội vụ"]),
        independence: Independence::default(),
        units: texts(&["Ủy ban nhân dân phường Xuân Hương"]),
        areas: typical.areas.iter().take(1).cloned().collect(),
        strengths: Vec::new(),
        findings: Vec::new(),
        recommendations: Vec::new(),
        kind: ReportKind::Cchc(CchcPart::default()),
        ..typical
    }
}

fn long_report() -> InspectionReport {
    let typical = typical_report();
    let long = long_minutes();
    InspectionReport {
        sheet: Sheet {
            letterhead: long.sheet.letterhead,
            subject: format!("Kết quả {}", long.sheet.subject.replacen("Kiểm tra", "kiểm tra", 1)),
            ..typical.sheet
        },
        units: (1..=15).map(|index| format!("Ủy ban nhân dân xã số {index}, tỉnh Mẫu")).collect(),
        findings: long_findings(),
        recommendations: long_recommendations(),
        areas: typical
            .areas
            .into_iter()
            .map(|area| AreaResult { facts: area.facts.iter().cycle().take(3).cloned().collect(), ..area })
            .collect(),
        ..typical
    }
}

fn iso_report() -> InspectionReport {
    let clauses = [
        "4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "5.3", "6.1", "6.2", "6.3", "7.1", "7.2", "7.3", "7.4", "7.5", "8.1", "8.2",
        "8.3", "8.4", "8.5", "8.6", "8.7", "9.1", "9.2", "9.3", "10.2",
    ];
    let rows = ["Bộ phận Một cửa", "Văn phòng HĐND và UBND", "Phòng Kinh tế", "Phòng Văn hoá - Xã hội"]
        .iter()
        .enumerate()
        .map(|(row, unit)| MatrixRow {
            unit: (*unit).to_owned(),
            marks: (0..clauses.len())
                .map(|column| match (row * 7 + column * 3) % 11 {
                    0 => Some(Mark::Nonconform),
                    1 => Some(Mark::Observation),
                    2 | 3 => None,
                    _ => Some(Mark::Conform),
                })
                .collect(),
        })
        .collect();
    let signer =
        |capacity: &[&str], name: &str| Signatory { capacity: texts(capacity), ..signatory(None, Some(name), Signing::Pending) };
    InspectionReport {
        sheet: Sheet {
            prepared_at: at(day(2026, 3, 10), 15, 0),
            ..iso_sheet("Kết quả đánh giá nội bộ hệ thống quản lý chất lượng lần 1 năm 2026", Some(1))
        },
        place_name: "An Mẫu".to_owned(),
        issued_on: Some(day(2026, 3, 10)),
        addressees: texts(&["Chủ tịch Ủy ban nhân dân xã An Mẫu"]),
        opening: "Thực hiện Kế hoạch đánh giá nội bộ số 03/KH-UBND ngày 09 tháng 02 năm 2026, Đoàn đánh giá báo cáo kết quả đánh giá nội bộ lần 1 năm 2026 như sau:".to_owned(),
        grounds: Vec::new(),
        held: "Từ 13 giờ 30 phút đến 17 giờ 00 phút ngày 05 tháng 3 năm 2026".to_owned(),
        period: None,
        units: texts(&["Bộ phận Một cửa", "Văn phòng HĐND và UBND", "Phòng Kinh tế", "Phòng Văn hoá - Xã hội"]),
        method: texts(&["Phỏng vấn, quan sát tại chỗ, xem xét hồ sơ; mỗi bộ phận lấy mẫu từ 05 đến 07 hồ sơ."]),
        team: iso_team(),
        independence: Independence {
            statement: None,
            exceptions: vec![IndependenceException {
                person: "Bà Trần Thị Lan".to_owned(),
                conflict: "là người soạn thảo quy trình QT-11 thuộc phạm vi đánh giá".to_owned(),
                reason: "xã chỉ có 01 công chức am hiểu lĩnh vực; phần QT-11 do Trưởng đoàn trực tiếp đánh giá lại".to_owned(),
                granted_by: "ông Phạm Đức Thịnh, Chủ tịch UBND xã".to_owned(),
                granted_on: day(2026, 2, 27),
            }],
        },
        areas: CLAUSES
            .iter()
            .map(|&(code, title)| AreaResult {
                code: code.to_owned(),
                title: title.to_owned(),
                counts: Counts {
                    conform: 6,
                    nonconform: u32::from(code == "7" || code == "8"),
                    ..Counts::default()
                },
                facts: Vec::new(),
            })
            .collect(),
        strengths: texts(&["Bộ phận Một cửa lưu phiếu khảo sát đầy đủ, phân loại theo thủ tục"]),
        findings: iso_findings(),
        recommendations: iso_recommendations(),
        kind: ReportKind::Iso(IsoPart {
            purpose: "Xác định mức độ phù hợp và hiệu lực của hệ thống quản lý chất lượng; chuẩn bị cho xem xét của lãnh đạo.".to_owned(),
            scope: "Toàn bộ thủ tục hành chính thuộc thẩm quyền giải quyết của UBND xã, từ ngày 01 tháng 7 năm 2025 đến ngày 28 tháng 02 năm 2026.".to_owned(),
            criteria: texts(&["TCVN ISO 9001:2015", "Quyết định số 19/2014/QĐ-TTg ngày 05 tháng 3 năm 2014 của Thủ tướng Chính phủ", "Hệ thống tài liệu của UBND xã, lần ban hành 4"]),
            contacts: vec![person("Bà Võ Thị Ngọc Ánh", "Giám đốc Trung tâm Phục vụ hành chính công xã", None)],
            course: texts(&["Cuộc đánh giá diễn ra theo kế hoạch; mất kết nối mạng từ 14 giờ 10 phút đến 14 giờ 35 phút, phần xem xét hồ sơ điện tử được thực hiện sau."]),
            not_audited: texts(&["Điều khoản 8.3 tại Phòng Kinh tế: người phụ trách đi công tác, chuyển sang lần 2 năm 2026"]),
            previous: vec![
                PreviousFinding { code: "KPH-2025-04".to_owned(), text: "Chưa đánh giá hiệu lực của đào tạo".to_owned(), state: "đã đóng ngày 12/01/2026".to_owned() },
                PreviousFinding { code: "KPH-2025-05".to_owned(), text: "Thiếu hồ sơ xem xét của lãnh đạo".to_owned(), state: "đang thực hiện, gia hạn đến ngày 31/3/2026".to_owned() },
            ],
            matrix: Some(Matrix { clauses: texts(&clauses), rows }),
            conclusion: texts(&["Hệ thống quản lý chất lượng cơ bản phù hợp với TCVN ISO 9001:2015 và được duy trì có hiệu lực, trừ các điểm không phù hợp nêu tại mục III."]),
            for_review: texts(&["Bổ sung 01 đánh giá viên được đào tạo về tiêu chuẩn"]),
            approvals: vec![
                signer(&["PHÊ DUYỆT", "CHỦ TỊCH"], "Phạm Đức Thịnh"),
                signer(&["ĐẠI DIỆN LÃNH ĐẠO"], "Phan Hữu Nghĩa"),
            ],
        }),
        closing: "Trên đây là báo cáo kết quả đánh giá nội bộ lần 1 năm 2026, Đoàn đánh giá kính trình Chủ tịch Ủy ban nhân dân xã xem xét, phê duyệt".to_owned(),
        recipients: texts(&["Như trên", "Các bộ phận được đánh giá", "Lưu: VT, hồ sơ ISO"]),
        signature: signer(&["TRƯỞNG ĐOÀN ĐÁNH GIÁ"], "Phan Hữu Nghĩa"),
    }
}

//! What a reader of the papers would see, and what the register relies on.

use super::world::tests::{Placed, placed, texts};
use super::*;
use typst_layout::PagedDocument;

fn pages(paper: &Paper) -> PagedDocument {
    let typeface = fonts::typeface().unwrap();
    let data = paper.data(typeface).unwrap();
    let desk = Desk::new(typeface, paper.template(), data).unwrap();
    on_large_stack(|| desk.pages()).unwrap()
}

/// Every sample, laid out once for all tests.
static LAID_OUT: LazyLock<Vec<(&str, Paper, PagedDocument)>> = LazyLock::new(|| {
    let lay_out = |(name, paper): (&'static str, Paper)| {
        let pages = pages(&paper);
        (name, paper, pages)
    };
    samples().into_iter().map(lay_out).collect()
});

fn laid_out(name: &str) -> &'static PagedDocument {
    &LAID_OUT.iter().find(|(found, ..)| *found == name).unwrap().2
}

/// All text of a sample without spaces: where lines break does not matter.
fn squeezed(name: &str) -> String {
    squeeze(&texts(laid_out(name)).concat())
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}

fn sample(name: &str) -> Paper {
    samples().into_iter().find(|(found, _)| *found == name).unwrap().1
}

fn minutes(name: &str) -> Minutes {
    match sample(name) {
        Paper::Minutes(minutes) => *minutes,
        _ => panic!("{name} is another paper"),
    }
}

#[test]
fn every_sample_becomes_an_archival_accessible_pdf() {
    for (name, paper) in samples() {
        let pdf = render(&paper).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(pdf.bytes.starts_with(b"%PDF-1.7"), "{name}");
        let holds = |needle: &str| pdf.bytes.windows(needle.len()).any(|part| part == needle.as_bytes());
        for needle in [
            "<pdfaid:part>2</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            "+07:00</xmp:CreateDate>",
        ] {
            assert!(holds(needle), "{name} lacks {needle}");
        }
        assert_eq!(pdf.pages, laid_out(name).pages().len(), "{name}");
        assert_eq!(pdf.sha256, format!("{:x}", Sha256::digest(&pdf.bytes)));
        assert_eq!(pdf.font_hash, fonts::hash().unwrap());
        assert_eq!(pdf.layout_version, "nd30-2020/1");
        assert!(pdf.template_version.starts_with("1+"), "{}", pdf.template_version);
    }
}

#[test]
fn the_same_paper_gives_the_same_bytes_and_another_paper_others() {
    let paper = sample("bien-ban-cchc");
    let first = render(&paper).unwrap();
    comemo::evict(0);
    assert_eq!(render(&paper).unwrap(), first);

    let mut other = minutes("bien-ban-cchc");
    other.place.push('!');
    assert_ne!(render(&Paper::Minutes(Box::new(other))).unwrap().sha256, first.sha256);
}

#[test]
fn a_paper_survives_being_stored_as_json() {
    for (name, paper) in samples() {
        let stored = serde_json::to_string(&paper).unwrap();
        assert_eq!(serde_json::from_str::<Paper>(&stored).unwrap(), paper, "{name}");
    }
}

#[test]
fn markup_typed_by_a_user_is_printed_as_it_stands() {
    let hostile = [
        "#eval(\"1+1\")",
        "$x^2$ và \\u{41} \\",
        "<end-of-paper> @end-of-paper",
        "*đậm* _nghiêng_ `mã`",
        "= Tiêu đề",
        "- gạch // chú thích /* khối */",
        "#import \"/words.typ\" #{ }",
        "]; #panic(\"x\") [",
        "1. một + hai / ba: ~ --- ...",
        "\"nháy\" 'đơn'",
    ];
    let mut paper = minutes("bien-ban-cchc");
    paper.sheet.subject = hostile.join(" ");
    paper.place = hostile.join(" ");
    paper.strengths = hostile.iter().map(|&text| text.to_owned()).collect();
    paper.areas[0].facts = paper.strengths.clone();
    paper.areas[0].lines[0].note = hostile.join("\n");
    paper.unit_signature.name = Some(hostile[0].to_owned());
    let paper = Paper::Minutes(Box::new(paper));
    let text = squeeze(&texts(&pages(&paper)).concat());
    for line in hostile {
        assert!(text.matches(&squeeze(line)).count() >= 5, "{line} in {text}");
    }
    render(&paper).unwrap();
}

#[test]
fn a_letter_without_a_glyph_is_an_error_that_names_it_and_not_a_box_on_paper() {
    let mut paper = minutes("bien-ban-cchc");
    paper.findings[0].statement = "Niêm yết 中文".to_owned();
    let error = render(&Paper::Minutes(Box::new(paper))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Ký tự «中» không có trong phông chữ của văn bản, hãy bỏ hoặc thay ký tự này: «Niêm yết 中文».",
    );
    assert!(matches!(error, PaperError::Unprintable { field, .. } if field == "/findings/0/statement"));
}

#[test]
fn empty_and_very_long_texts_do_not_break_a_paper() {
    let mut paper = minutes("bien-ban-cchc");
    paper.sheet.letterhead.superior = None;
    paper.sheet.subject = String::new();
    paper.place = "Đ".repeat(3000);
    paper.areas[0].lines[0].value = "9".repeat(400);
    paper.areas[0].lines[1].text = "một hai ba ".repeat(800);
    paper.unit_side.clear();
    paper.grounds.clear();
    paper.unit = "một\nhai".to_owned();
    paper.team[0].position = "ba\r\nbốn".to_owned();
    paper.recipients = vec![String::new(), "năm\u{0}\u{7}".to_owned()];
    render(&Paper::Minutes(Box::new(paper))).unwrap();
}

#[test]
fn a_draft_says_so_on_every_page_and_a_signed_paper_nowhere() {
    for (name, paper, pages) in LAID_OUT.iter() {
        for page in texts(pages) {
            let marks = page.matches("DỰ THẢO").count();
            assert_eq!(marks, if paper.sheet().draft { 2 } else { 0 }, "{name}");
        }
    }
}

#[test]
fn number_and_date_are_blank_until_the_registrar_gives_them() {
    let cases = [
        ("bien-ban-cchc", "Số:05/BB-ĐKT"),
        ("bien-ban-cchc-du-thao", "Số:/BB-ĐKT"),
        ("bao-cao-cchc", "Số:09/BC-ĐKT"),
        ("bao-cao-cchc", "Mẫu,ngày17tháng3năm2026"),
        ("bao-cao-ngan-du-thao", "Số:/BC-ĐKT"),
        ("bao-cao-ngan-du-thao", "Mẫu,ngày……tháng……năm2026"),
        ("bien-ban-cchc-du-thao", "kếtthúchồi……giờ……phút,ngày……tháng……năm……."),
        ("xem-xet-lanh-dao-iso", "Số:21/BB-UBND"),
        // A number that typst takes for a list of its own leaves the heading empty.
        ("xem-xet-lanh-dao-iso", "1.Chủtọa"),
        ("xem-xet-lanh-dao-iso", "1.Thôngtinđầuvào"),
        ("xem-xet-lanh-dao-iso", "4.Quyếtđịnh"),
        ("xem-xet-lanh-dao-iso-du-thao", "Số:/BB-UBND"),
        ("xem-xet-lanh-dao-iso-du-thao", "Cuộchọpkếtthúchồi……giờ……phút"),
    ];
    for (name, expected) in cases {
        assert!(squeezed(name).contains(expected), "{name}: {expected}");
    }
}

#[test]
fn the_two_vocabularies_do_not_mix() {
    for (name, _, pages) in LAID_OUT.iter() {
        let text = texts(pages).concat().to_lowercase();
        let foreign: &[&str] = if name.contains("iso") {
            &["hạn chế", "ưu điểm", "đoàn kiểm tra", "chưa đạt"]
        } else {
            &["không phù hợp nặng", "không phù hợp nhẹ", "kph", "điểm mạnh", "đoàn đánh giá", "cơ hội cải tiến"]
        };
        for word in foreign {
            assert!(!text.contains(word), "{name} says {word}");
        }
    }
}

#[test]
fn a_refusal_to_sign_is_printed_with_its_reason() {
    let text = squeezed("bien-ban-tu-choi-ky");
    assert!(text.contains("từchốikýbiênbản.Lýdo:khôngnhấttrívớinộidungCS-01"));
    assert!(text.contains("(Từchốikýbiênbản)"));
    assert!(!text.contains("côngnhậnlàđúng"));
}

#[test]
fn an_exception_from_independence_is_part_of_the_statement() {
    for name in ["bao-cao-cchc", "bao-cao-iso"] {
        let text = squeezed(name);
        assert!(text.contains("trừtrườnghợpngoạilệ"), "{name}");
        assert!(text.contains("Lýdochấpthuận:"), "{name}");
    }
    assert!(!squeezed("bao-cao-ngan-du-thao").contains("ngoạilệ"));
}

#[test]
fn counts_are_counted_from_the_lines() {
    let text = squeezed("bien-ban-cchc");
    assert!(text.contains("Tổngsố03nộidung,trongđó:đạt00;đạtmộtphần01;chưađạt02;khôngápdụng00;khôngkiểmtra00."));
    assert!(squeezed("bien-ban-iso").contains("chưakếtluận01."));
}

#[test]
fn the_signatures_stand_with_the_last_lines_of_text() {
    for (name, paper, pages) in LAID_OUT.iter() {
        let pages = texts(pages);
        let (capacity, words) = match paper {
            Paper::Minutes(_) => ("THƯ KÝ", "được lập thành"),
            Paper::InspectionReport(_) => ("TRƯỞNG ĐOÀN", "Trên đây là"),
            Paper::Declaration(_) => ("Nơi nhận:", "./."),
            Paper::ReviewMinutes(_) => ("CHỦ TỌA", "được lập thành"),
            Paper::List(list) if list.columns.is_empty() => continue,
            Paper::List(_) => ("NGƯỜI LẬP", "Danh sách gồm"),
        };
        let signed: Vec<_> = pages.iter().filter(|page| page.lines().any(|line| line.starts_with(capacity))).collect();
        assert_eq!(signed.len(), 1, "{name}");
        assert!(squeeze(signed[0]).contains(&squeeze(words)), "{name}");
        assert!(squeeze(signed[0]).contains("./."), "{name}");
    }
}

#[test]
fn a_reason_longer_than_a_page_is_printed_whole() {
    let mut paper = minutes("bien-ban-tu-choi-ky");
    paper.unit_signature.signing = Signing::Refused { reason: "không nhất trí ".repeat(400) };
    let text = squeeze(&texts(&pages(&Paper::Minutes(Box::new(paper)))).concat());
    // A page number parts a few of them.
    assert!(text.matches("khôngnhấttrí").count() >= 395);
}

#[test]
fn pages_are_numbered_from_two_and_each_annex_anew() {
    let document = laid_out("bien-ban-dai");
    let mut parts: Vec<usize> = Vec::new();
    for page in document.pages() {
        let at_top: Option<usize> = placed(page).iter().filter(|item| item.y_mm < 18.0).find_map(|item| item.text.parse().ok());
        match at_top {
            None => parts.push(1),
            Some(number) => {
                let last = parts.last_mut().unwrap();
                *last += 1;
                assert_eq!(number, *last);
            }
        }
    }
    assert_eq!(parts.len(), 3, "the minutes and two annexes: {parts:?}");
    let said = format!("Biênbảngồm{}trangvà02phụlụckèmtheo", parts[0]);
    assert!(squeezed("bien-ban-dai").contains(&said));
}

#[test]
fn the_motto_and_the_name_of_the_state_never_wrap() {
    for (name, _, pages) in LAID_OUT.iter() {
        let first = &texts(pages)[0];
        for line in ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"] {
            assert!(first.lines().any(|found| found == line), "{name}: {line}");
        }
    }
}

#[test]
fn no_text_runs_over_the_margins() {
    for (name, paper, pages) in LAID_OUT.iter() {
        let layout = &paper.sheet().layout;
        for page in pages.pages() {
            let right = page.frame.width().to_mm() - f64::from(layout.margin_right_mm) + 0.5;
            let bottom = page.frame.height().to_mm() - f64::from(layout.margin_bottom_mm) + 0.5;
            for Placed { text, x_mm, y_mm, width_mm } in placed(page) {
                assert!(x_mm > f64::from(layout.margin_left_mm) - 0.5, "{name}: {text} starts at {x_mm}");
                assert!(x_mm + width_mm < right, "{name}: {text} ends at {}", x_mm + width_mm);
                assert!(y_mm < bottom, "{name}: {text} is at {y_mm}");
            }
        }
    }
}

#[test]
fn data_that_contradicts_itself_is_refused() {
    type Spoil = fn(&mut Minutes);
    let broken: [(&str, Spoil); 4] = [
        ("finding TT-01 has a grade in a CCHC paper", |m| m.findings[0].grade = Some(Grade::Minor)),
        ("finding TT-01 has no grade in an ISO paper", |m| m.vocabulary = Vocabulary::Iso),
        ("two findings have the code TT-01", |m| m.findings[1].code = "TT-01".to_owned()),
        ("a recommendation names finding TT-09, which is not there", |m| {
            m.recommendations[0].findings = vec!["TT-09".to_owned()];
        }),
    ];
    for (fault, make) in broken {
        let mut paper = minutes("bien-ban-cchc");
        make(&mut paper);
        let error = render(&Paper::Minutes(Box::new(paper))).unwrap_err();
        assert_eq!(error, PaperError::Contradiction(fault.to_owned()));
    }

    let Paper::List(mut list) = sample("danh-muc-dai") else { panic!("not a list") };
    list.rows[3].pop();
    let fault = "row 4 of the list has not one cell a column".to_owned();
    assert_eq!(render(&Paper::List(list)).unwrap_err(), PaperError::Contradiction(fault));

    let Paper::InspectionReport(mut report) = sample("bao-cao-iso") else { panic!("not a report") };
    let ReportKind::Iso(part) = &mut report.kind else { panic!("not ISO") };
    part.matrix.as_mut().unwrap().rows[0].marks.pop();
    assert!(matches!(render(&Paper::InspectionReport(report)), Err(PaperError::Contradiction(_))));
}

#[test]
fn the_annex_of_a_decision_is_numbered_anew_with_its_head_on_every_page() {
    let (texts, all) = (texts(laid_out("quyet-dinh-cong-bo-lai")), squeezed("quyet-dinh-cong-bo-lai"));
    let annex: Vec<&String> = texts.iter().filter(|page| page.contains("Mã quy trình")).collect();
    assert!(annex.len() > 2, "{} pages of annex", annex.len());
    assert_eq!(annex.len() + 1, texts.len(), "the decision has one page, the head of the table stands on every other");
    for expected in [
        "Số:05/QĐ-UBND",
        "vàthaythếQuyếtđịnhsố12/QĐ-UBNDngày10tháng8năm2025.",
        "(KèmtheoQuyếtđịnhsố05/QĐ-UBNDngày05tháng3năm2026củaỦybannhândânxãAnMẫu)",
        "QuytrìnhđưarakhỏiphạmvisovớilầncôngbốtrướcTT",
        "1.001193.000.00.00.H55",
    ] {
        assert!(all.contains(expected), "{expected} in {all}");
    }
    assert!(squeezed("quyet-dinh-cong-bo-du-thao").contains("Số:/QĐ-UBND"));
    assert!(!squeezed("ban-cong-bo").contains("Số:"), "the declaration itself has no number of its own");
}

#[test]
fn the_annex_can_be_printed_alone() {
    let Paper::Declaration(mut paper) = sample("quyet-dinh-cong-bo-lai") else { panic!("no declaration") };
    paper.part = domain::conformity::DeclarationPart::Annex;
    let pages = texts(&pages(&Paper::Declaration(paper)));
    assert!(pages[0].contains("Phụ lục") && !pages.concat().contains("Nơi nhận"), "{}", pages[0]);
}

#[test]
fn the_head_of_a_list_stands_on_each_page_and_a_form_is_one_page() {
    let pages = texts(laid_out("danh-muc-dai"));
    assert!(pages.len() > 3, "{}", pages.len());
    let heads = pages.iter().filter(|page| squeeze(page).contains("Tênhồsơ") && squeeze(page).contains("Thờihạnlưu")).count();
    assert!(heads >= pages.len() - 1, "{heads} of {}: the signatures may stand on a page of their own", pages.len());
    let document = laid_out("danh-muc-dai");
    assert!(document.pages().iter().all(|page| page.frame.width() > page.frame.height()), "across");
    assert!(squeeze(&pages.concat()).contains("Danhsáchgồm120dòng./."));
    assert!(!squeezed("danh-muc-dai").contains("Số:"), "a list takes no number");
    assert_eq!(laid_out("phieu-yeu-cau").pages().len(), 1);
    assert!(squeezed("danh-muc-trong").contains("Khôngcó."));
}

#[test]
fn a_crash_of_the_typesetter_is_an_error_of_that_paper_alone() {
    let crashed: Result<(), _> = on_large_stack(|| panic!("typesetter"));
    assert_eq!(crashed, Err(PaperError::Crashed));
}

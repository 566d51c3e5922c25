//! Made-up lists: long, empty, and a form. Persons and documents are invented.

use super::samples::sheet;
use super::{Column, Fact, Letterhead, List, Paper, Sheet, Signatory, Signing};

pub(super) fn samples() -> Vec<(&'static str, Paper)> {
    let list = |list| Paper::List(Box::new(list));
    vec![
        ("danh-muc-dai", list(long())),
        ("danh-muc-trong", list(List { rows: Vec::new(), ..long() })),
        ("phieu-yeu-cau", list(form())),
    ]
}

fn head(subject: &str) -> Sheet {
    let letterhead = Letterhead {
        superior: Some("Ủy ban nhân dân tỉnh Mẫu".to_owned()),
        agency: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        issuer: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        number: None,
        symbol: String::new(),
    };
    Sheet { letterhead, ..sheet(subject, None, false) }
}

fn signer(capacity: &str, name: Option<&str>) -> Signatory {
    Signatory {
        capacity: vec![capacity.to_owned()],
        office_title: None,
        name: name.map(str::to_owned),
        signing: Signing::Pending,
    }
}

fn column(head: &str, share: u16, centred: bool) -> Column {
    Column { head: head.to_owned(), share, centred }
}

fn long() -> List {
    let row = |n: usize| {
        [
            format!("Hồ sơ giải quyết thủ tục đăng ký khai sinh cho trẻ em có yếu tố nước ngoài, năm 2026, quyển {n}"),
            "BM 01".to_owned(),
            "Công chức Tư pháp - Hộ tịch".to_owned(),
            "Trung tâm Phục vụ hành chính công".to_owned(),
            "Giấy và điện tử".to_owned(),
            "5 năm".to_owned(),
            String::new(),
        ]
        .to_vec()
    };
    List {
        sheet: head("Ủy ban nhân dân xã An Mẫu, tính đến ngày 05/3/2026"),
        name: "DANH MỤC HỒ SƠ".to_owned(),
        place: "An Mẫu".to_owned(),
        dated_on: None,
        landscape: true,
        grounds: vec!["Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư".to_owned()],
        facts: Vec::new(),
        columns: vec![
            column("Tên hồ sơ", 60, false),
            column("Mã biểu mẫu", 22, true),
            column("Người lập", 32, false),
            column("Nơi lưu", 34, false),
            column("Hình thức", 22, true),
            column("Thời hạn lưu", 26, true),
            column("Phương pháp hủy", 26, false),
        ],
        rows: (1..=120).map(row).collect(),
        notes: vec!["Căn cứ ghi «chưa kiểm chứng» phải được đối chiếu trước khi phê duyệt danh mục".to_owned()],
        signatures: vec![signer("NGƯỜI LẬP", Some("Trần Thị Mẫu")), signer("PHÊ DUYỆT", Some("Phạm Đức Thịnh"))],
    }
}

fn form() -> List {
    let fact = |name: &str, text: &str| Fact { name: name.to_owned(), text: text.to_owned() };
    List {
        sheet: head("YC-2026-0007"),
        name: "PHIẾU YÊU CẦU SỬA ĐỔI TÀI LIỆU".to_owned(),
        landscape: false,
        grounds: Vec::new(),
        facts: vec![
            fact("Người yêu cầu", "Trần Thị Mẫu"),
            fact("Tài liệu", "QT-HT-01 Đăng ký khai sinh"),
            fact("Nội dung hiện hành", "Mục 5.8, bước 2"),
            fact("Nội dung đề nghị", "Rút ngắn bước thẩm định còn 4 giờ làm việc."),
            fact("Ý kiến xem xét", ""),
        ],
        columns: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
        signatures: vec![signer("NGƯỜI YÊU CẦU", Some("Trần Thị Mẫu")), signer("PHÊ DUYỆT", None)],
        ..long()
    }
}

//! The peer groups of a round: which units are ranked with which.

use serde::Serialize;

use super::findings::Link;
use super::part::Choice;
use crate::{Form, View};

/// Puts the units of a round into the peer groups of its set.
#[derive(Clone, Debug, Serialize)]
pub struct PeerGroups {
    /// The round.
    pub round: Link,
    /// The form: `groups/<unit>` is the group, `was/<unit>` the one the form was drawn with.
    pub form: Form,
    /// Where it goes.
    pub action: String,
    /// The units: id, name with code.
    pub units: Vec<Choice>,
    /// The groups of the set; empty when it ranks all units together.
    pub groups: Vec<Choice>,
    /// How many units are in none.
    pub without: usize,
}

impl View for PeerGroups {
    const TEMPLATE: &'static str = "rounds/groups.html";

    fn samples() -> Vec<Self> {
        let mut form = Form::default();
        form.set("groups/1", "mien_nui").set("was/1", "mien_nui");
        let full = Self {
            round: Link { href: "/dot-cham-diem/1".to_owned(), text: "Chấm điểm CCHC cấp xã năm 2026".to_owned() },
            form,
            action: "/dot-cham-diem/1/nhom".to_owned(),
            units: vec![
                Choice::new("1", "Xã An Mẫu (MAU-01)"),
                Choice::new("2", "Phường Châu Mẫu, thị xã có tên gọi dài để xem ngắt dòng (MAU-03)"),
            ],
            groups: vec![Choice::new("mien_nui", "Xã miền núi"), Choice::new("do_thi", "Phường, đô thị")],
            without: 1,
        };
        let mut wrong = full.clone();
        wrong.form.error("groups/2", "Không có bản ghi này.");
        let mut stale = Form { stale: true, page: "/dot-cham-diem/1/nhom".to_owned(), ..Form::default() };
        stale.set("groups/1", "mien_nui").set("groups/2", "do_thi");
        let mut theirs = Form::default();
        theirs.set("groups/1", "do_thi").set("groups/2", "do_thi");
        let stale = Self { form: stale.compare(&theirs), ..full.clone() };
        let reload = Self { form: Form { stale: true, ..full.form.clone() }, ..full.clone() };
        let none = Self { groups: Vec::new(), ..full.clone() };
        vec![full, wrong, stale, reload, none]
    }
}

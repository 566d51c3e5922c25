//! «Hôm nay»: everything that waits for the person, the most pressing first.

use chrono::NaiveDate;
use serde::Serialize;

use super::part::Due;
use crate::View;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkItem {
    /// What to do with it: `work_verb.<verb>` in the catalogue.
    pub verb: String,
    /// What it is about, with its number: «KP-2026-031 Hồ sơ trễ hạn không có thư xin lỗi».
    pub title: String,
    /// How many lines or criteria it is about, in words.
    pub count: Option<String>,
    /// The unit concerned.
    pub unit: String,
    /// By when; `None` when no day is set.
    pub due_on: Option<NaiveDate>,
    /// Working days left; negative when past.
    pub days_left: Option<i64>,
    /// Whether the day has passed.
    pub overdue: bool,
    /// The page where it is done.
    pub href: String,
    /// What kind of record it is: `work_kind.<kind>` in the catalogue.
    pub kind: String,
}

/// The first page after signing in.
#[derive(Clone, Debug, Serialize)]
pub struct Today {
    /// Today in Vietnam.
    pub on: NaiveDate,
    /// How many things wait.
    pub count: usize,
    /// How many of them are overdue.
    pub overdue: usize,
    /// The things to do by urgency; groups without any are left out.
    pub groups: Vec<WorkGroup>,
    /// The next date in the person's calendar when nothing waits today: what, and when.
    pub nearest: Option<Nearest>,
}

/// Things to do that are equally urgent.
#[derive(Clone, Debug, Serialize)]
pub struct WorkGroup {
    /// `overdue`, `today`, `week`, `later` or `undated`: `today.group.<key>` in the catalogue.
    pub key: &'static str,
    /// The things, by time left.
    pub items: Vec<Work>,
}

/// A [`WorkItem`] as drawn.
#[derive(Clone, Debug, Serialize)]
pub struct Work {
    /// The thing.
    #[serde(flatten)]
    pub item: WorkItem,
    /// Its date for `due.html`.
    pub due: Option<Due>,
}

/// Something that lies ahead.
#[derive(Clone, Debug, Serialize)]
pub struct Nearest {
    /// What.
    pub title: String,
    /// When.
    pub on: NaiveDate,
    /// Its page.
    pub href: String,
}

impl Today {
    /// Groups and sorts `items` for the day `on`.
    #[must_use]
    pub fn new(on: NaiveDate, items: Vec<WorkItem>, nearest: Option<Nearest>) -> Self {
        let count = items.len();
        let mut groups = ["overdue", "today", "week", "later", "undated"].map(|key| WorkGroup { key, items: Vec::new() });
        for item in items {
            let key = urgency(on, &item);
            if let Some(group) = groups.iter_mut().find(|group| group.key == key) {
                group.items.push(Work { due: due(&item), item });
            }
        }
        for group in &mut groups {
            group.items.sort_by_key(|work| (work.item.due_on, work.item.title.clone()));
        }
        let overdue = groups.iter().filter(|group| group.key == "overdue").map(|group| group.items.len()).sum();
        let groups = groups.into_iter().filter(|group| !group.items.is_empty()).collect();
        Self { on, count, overdue, groups, nearest }
    }
}

fn urgency(on: NaiveDate, item: &WorkItem) -> &'static str {
    match item.due_on {
        _ if item.overdue => "overdue",
        None => "undated",
        Some(due_on) => match (due_on - on).num_days() {
            ..=0 => "today",
            1..=7 => "week",
            _ => "later",
        },
    }
}

fn due(item: &WorkItem) -> Option<Due> {
    let on = item.due_on?;
    Some(Due { on, days_left: item.days_left, overdue: item.overdue, provisional: false })
}

impl View for Today {
    const TEMPLATE: &'static str = "today.html";

    fn samples() -> Vec<Self> {
        let on = NaiveDate::from_ymd_opt(2026, 12, 2).unwrap_or_default();
        let item = |verb: &str, kind: &str, title: &str, unit: &str, days: Option<i64>, left: i64| WorkItem {
            verb: verb.to_owned(),
            kind: kind.to_owned(),
            title: title.to_owned(),
            count: None,
            unit: unit.to_owned(),
            due_on: days.map(|days| on + chrono::TimeDelta::days(days)),
            days_left: days.map(|_| left),
            overdue: days.is_some_and(|days| days < 0),
            href: "/corrective-actions/0197".to_owned(),
        };
        let items = vec![
            item(
                "start",
                "inspection",
                "KT-2026-014 · Kiểm tra công tác cải cách hành chính năm 2026",
                "UBND xã An Mẫu",
                Some(0),
                0,
            ),
            item(
                "submit_plan",
                "corrective_action",
                "KP-2026-031 · Hồ sơ trễ hạn không có thư xin lỗi",
                "UBND xã An Mẫu",
                Some(7),
                5,
            ),
            item(
                "approve_plan",
                "corrective_action",
                "KP-2026-027 · Bảng niêm yết thủ tục hành chính đã hết hiệu lực tại Trung tâm Phục vụ hành chính công",
                "UBND phường Hội Phú",
                Some(-4),
                -3,
            ),
            item(
                "check_effectiveness",
                "corrective_action",
                "KP-2026-009 · Chưa rà soát rủi ro quy trình tiếp nhận",
                "UBND xã Đak Pơ",
                Some(40),
                27,
            ),
            item("accept", "finding", "PH-2026-052 · Sổ theo dõi hồ sơ ghi thiếu ngày hẹn trả", "UBND xã An Mẫu", None, 0),
            WorkItem {
                count: Some("3 dòng chưa giải trình".to_owned()),
                ..item("explain", "sheet", "DCD-2026-01 · Chấm điểm CCHC cấp xã năm 2026", "UBND xã An Mẫu", Some(5), 3)
            },
        ];
        let nearest = Nearest {
            title: "KT-2026-020 · Kiểm tra tại UBND xã Chư Păh".to_owned(),
            on: on + chrono::TimeDelta::days(9),
            href: "/inspections/0198".to_owned(),
        };
        vec![Self::new(on, items, None), Self::new(on, Vec::new(), Some(nearest)), Self::new(on, Vec::new(), None)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_grouped_by_urgency_and_the_oldest_comes_first() {
        let today = Today::samples().remove(0);
        let keys: Vec<_> = today.groups.iter().map(|group| group.key).collect();
        assert_eq!(keys, ["overdue", "today", "week", "later", "undated"]);
        assert_eq!((today.count, today.overdue), (6, 1));
    }

    #[test]
    fn groups_without_anything_are_left_out() {
        assert!(Today::samples().remove(2).groups.is_empty());
    }
}

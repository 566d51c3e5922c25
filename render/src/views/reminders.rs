//! Reminders: the daily digest and the ledger of mails.

use chrono::{DateTime, NaiveDate, Utc};
use domain::record::{Duty, MailState};
use domain::reminder::News;
use serde::Serialize;

use super::part::{Chip, Listing, Tone};
use crate::{Form, Mail, View};

/// The one mail a person gets on a working day: what is due soon, due, and late.
#[derive(Clone, Debug, Serialize)]
pub struct Digest {
    /// Whom it greets.
    pub name: String,
    /// The day it is written for.
    pub on: NaiveDate,
    /// What happened, told once.
    pub notices: Vec<DigestNotice>,
    /// What is late, the oldest first.
    pub overdue: Vec<DigestItem>,
    /// What is due today or soon, the nearest first.
    pub due: Vec<DigestItem>,
    /// Whether something is due on the day itself.
    pub due_today: bool,
    /// Working days by which the oldest is late.
    pub most_late: i64,
    /// Whether anything in it can be given more time on request.
    pub extensible: bool,
    /// Address of the person's own list.
    pub list_href: String,
}

/// One thing to know.
#[derive(Clone, Debug, Serialize)]
pub struct DigestNotice {
    /// What happened.
    pub notice: News,
    /// Code of the record.
    pub code: String,
    /// What it is about.
    pub title: String,
    /// The unit concerned; none when it concerns all alike.
    pub unit: Option<String>,
    /// The last day of what may be done about it.
    pub until: Option<NaiveDate>,
    /// Where to see it.
    pub href: String,
}

/// One thing to do.
#[derive(Clone, Debug, Serialize)]
pub struct DigestItem {
    /// What kind of duty.
    pub duty: Duty,
    /// Code of the record.
    pub code: String,
    /// What it is about.
    pub title: String,
    /// The unit concerned.
    pub unit: String,
    /// The last day.
    pub due_on: NaiveDate,
    /// How far that is, in words.
    pub left: String,
    /// Whether the count touches a year without a published calendar.
    pub provisional: bool,
    /// Where it is done.
    pub href: String,
}

impl Mail for Digest {
    const NAME: &'static str = "digest";

    fn samples() -> Vec<Self> {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default();
        let item = |duty, code: &str, title: &str, due_on, left: &str| DigestItem {
            duty,
            code: code.to_owned(),
            title: title.to_owned(),
            unit: "UBND xã Ia Pa".to_owned(),
            due_on,
            left: left.to_owned(),
            provisional: false,
            href: format!("https://chuan.example.vn/khac-phuc/{code}"),
        };
        let late = item(
            Duty::FilePlan,
            "KP-2026-031",
            "Hồ sơ trễ hạn không có thư xin lỗi <3/40>",
            day(11, 11),
            "quá hạn 3 ngày làm việc",
        );
        let today =
            item(Duty::AnswerFinding, "PH-2026-052", "Sổ theo dõi ghi thiếu ngày hẹn trả", day(11, 16), "đến hạn hôm nay");
        let soon = DigestItem {
            provisional: true,
            ..item(
                Duty::CheckEffectiveness,
                "KP-2026-009",
                "Chưa rà soát rủi ro quy trình tiếp nhận",
                day(11, 19),
                "còn 3 ngày làm việc",
            )
        };
        let full = Self {
            name: "Nguyễn Thị Ánh Nguyệt".to_owned(),
            on: day(11, 16),
            notices: Vec::new(),
            overdue: vec![late.clone()],
            due: vec![today, soon.clone()],
            due_today: true,
            most_late: 3,
            extensible: true,
            list_href: "https://chuan.example.vn/".to_owned(),
        };
        let overdue_only = Self { due: Vec::new(), due_today: false, ..full.clone() };
        let several =
            Self { overdue: vec![late.clone(), late.clone()], due: vec![soon.clone()], due_today: false, ..full.clone() };
        let several_only = Self { overdue: vec![late.clone(), late], due: Vec::new(), ..overdue_only.clone() };
        let soon_only = Self { overdue: Vec::new(), due: vec![soon], due_today: false, extensible: false, ..full.clone() };
        let due_only = Self { overdue: Vec::new(), ..full.clone() };
        let notice = |notice, unit: Option<&str>, until, href: &str| DigestNotice {
            notice,
            code: "DCD-2026-01".to_owned(),
            title: "Chấm điểm cải cách hành chính cấp xã năm 2026".to_owned(),
            unit: unit.map(str::to_owned),
            until,
            href: format!("https://chuan.example.vn{href}"),
        };
        let released = notice(News::AppraisalReleased, Some("UBND xã Ia Pa"), Some(day(11, 23)), "/phieu-cham-diem/0197");
        let published = notice(News::ResultsPublished, None, None, "/cong-khai/xep-hang/0197");
        let corrected = notice(News::ResultsCorrected, None, None, "/cong-khai/xep-hang/0197");
        let told_too = Self { notices: vec![released.clone()], ..full.clone() };
        let nothing_due = Self { due: Vec::new(), due_today: false, extensible: false, ..overdue_only.clone() };
        let told_only = Self { notices: vec![published.clone()], overdue: Vec::new(), ..nothing_due };
        let told_much = Self { notices: vec![released, published, corrected], ..told_only.clone() };
        vec![full, overdue_only, several, several_only, soon_only, due_only, told_too, told_only, told_much]
    }
}

/// The ledger of mails: proof that people were reminded.
#[derive(Clone, Debug, Serialize)]
pub struct MailLedger {
    /// The mails, the latest first; filtered by state.
    pub list: Listing<MailRow>,
    /// Whether it holds everybody's mails, or the reader's own only.
    pub everybody: bool,
    /// Sends a mail to the reader, to see that mail leaves; for those who operate the system.
    pub check: Option<Form>,
}

/// One mail.
#[derive(Clone, Debug, Serialize)]
pub struct MailRow {
    /// Its page; none for those who may not read it.
    pub href: Option<String>,
    /// Subject, once it is worded.
    pub subject: Option<String>,
    /// To whom.
    pub person: String,
    /// The day it is written for.
    pub on: NaiveDate,
    /// Where it stands.
    pub state: MailState,
    /// How that looks.
    pub tone: Tone,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: i32,
    /// What the mail server said last.
    pub error: Option<String>,
}

/// How a mail's state wants to be looked at.
#[must_use]
pub fn tone_of(state: MailState) -> Tone {
    match state {
        MailState::Queued => Tone::Info,
        MailState::Sent => Tone::Good,
        MailState::MaybeSent => Tone::Warn,
        MailState::Bounced | MailState::Failed => Tone::Bad,
        MailState::Dropped => Tone::Neutral,
    }
}

impl View for MailLedger {
    const TEMPLATE: &'static str = "reminders/ledger.html";

    fn samples() -> Vec<Self> {
        let on = NaiveDate::from_ymd_opt(2026, 11, 16).unwrap_or_default();
        let row = |state: MailState, subject: Option<&str>, attempts, error: Option<&str>| MailRow {
            href: subject.map(|_| "/thu/0198".to_owned()),
            subject: subject.map(str::to_owned),
            person: "Nguyễn Thị Ánh Nguyệt".to_owned(),
            on,
            state,
            tone: tone_of(state),
            sent_at: (state == MailState::Sent).then(|| on.and_hms_opt(0, 0, 7).unwrap_or_default().and_utc()),
            attempts,
            error: error.map(str::to_owned),
        };
        let rows = vec![
            row(MailState::Queued, None, 0, None),
            row(MailState::Sent, Some("[QLCL] 2 việc đến hạn, 1 quá hạn 3 ngày làm việc"), 1, None),
            row(MailState::MaybeSent, Some("[QLCL] 1 việc sắp đến hạn"), 2, Some("no answer to the text in time")),
            row(MailState::Bounced, Some("[QLCL] 1 việc sắp đến hạn"), 1, Some("permanent error (550): no such user here")),
            row(MailState::Failed, Some("[QLCL] 1 việc sắp đến hạn"), 13, Some("Connection error")),
            row(MailState::Dropped, None, 1, None),
        ];
        let chips = MailState::ALL.iter().map(|state| Chip {
            label: state.code().to_owned(),
            href: format!("/thu?state={state}"),
            active: *state == MailState::Sent,
            count: Some(1),
        });
        let full = Listing { chips: chips.collect(), clear: Some("/thu".to_owned()), ..Listing::plain(rows) };
        let filtered = Listing { rows: Vec::new(), ..full.clone() };
        vec![
            Self { list: full, everybody: true, check: Some(Form::default()) },
            Self { list: filtered, everybody: true, check: Some(Form::default()) },
            Self { list: Listing::plain(Vec::new()), everybody: false, check: None },
        ]
    }
}

/// One mail as it was handed over.
#[derive(Clone, Debug, Serialize)]
pub struct MailPage {
    /// The mail in the ledger.
    pub mail: MailRow,
    /// Where it went; unset until it was handed over.
    pub address: Option<String>,
    /// Its text; unset until it is worded.
    pub text: Option<String>,
}

impl View for MailPage {
    const TEMPLATE: &'static str = "reminders/mail.html";

    fn samples() -> Vec<Self> {
        let mails = MailLedger::samples().into_iter().flat_map(|ledger| ledger.list.rows);
        mails
            .map(|mail| Self {
                address: mail.subject.as_ref().map(|_| "nguyet@mau.example".to_owned()),
                text: mail.subject.as_ref().map(|_| "Kính gửi …\n\nQuá hạn:\n<1> KP-2026-031".to_owned()),
                mail,
            })
            .collect()
    }
}

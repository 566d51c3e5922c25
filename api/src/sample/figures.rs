//! Dossier figures of the communes of tỉnh Mẫu, entered by their own people. All figures are invented (bộ mẫu).

use chrono::NaiveDate;
use domain::dossier::{Figures, Period, PeriodKind, Source, read_figure};

use super::{World, unit_of};
use crate::app::App;
use crate::auth::{RequestContext, session};
use crate::dossiers::{self, Report};
use crate::error::{Error, Result};

/// A report: who enters it, unit, kind, first day, field, source, figures, why late.
type Entry = (&'static str, &'static str, PeriodKind, (i32, u32), &'static str, Source, &'static str, Option<&'static str>);

const LATE: Option<&str> = Some("Bước xác nhận nguồn gốc đất của chi nhánh văn phòng đăng ký đất đai chậm (mẫu).");

/// Quarters and years that add up, single fields, a paper register that differs, and one report that does not add up.
#[rustfmt::skip]
const ENTRIES: &[Entry] = &[
    (
        "daumoi.an", "MAU-01", PeriodKind::Quarter, (2025, 7), "", Source::Software,
        "carried_over=42 received=1180 early=690 on_time=421 overdue_done=18 refused=3 withdrawn=9 in_process_due=77 in_process_overdue=4 online=902 direct=261 postal=17 digitised_in=1104 digitised_result=1068 with_fee=512 paid_online=388 apology=20 rated=240 dissatisfied=3",
        LATE,
    ),
    (
        "daumoi.an", "MAU-01", PeriodKind::Quarter, (2025, 10), "", Source::Software,
        "carried_over=81 received=1316 early=802 on_time=455 overdue_done=15 refused=2 withdrawn=11 in_process_due=110 in_process_overdue=2 online=1071 direct=226 postal=19 digitised_in=1290 digitised_result=1240 with_fee=560 paid_online=463 apology=17 rated=301 dissatisfied=2",
        LATE,
    ),
    (
        "daumoi.an", "MAU-01", PeriodKind::Quarter, (2026, 1), "", Source::Software,
        "carried_over=112 received=1240 early=811 on_time=440 overdue_done=9 refused=1 withdrawn=6 in_process_due=83 in_process_overdue=2 online=1079 direct=148 postal=13 digitised_in=1240 digitised_result=1233 with_fee=530 paid_online=471 apology=11 rated=288 dissatisfied=1",
        None,
    ),
    (
        "daumoi.an", "MAU-01", PeriodKind::Quarter, (2026, 4), "", Source::Software,
        "carried_over=85 received=1402 early=905 on_time=468 overdue_done=11 refused=4 withdrawn=7 in_process_due=90 in_process_overdue=2 online=1254 direct=137 postal=11 digitised_in=1398 digitised_result=1371 with_fee=601 paid_online=548 apology=13 rated=322 dissatisfied=2",
        None,
    ),
    // The fields leave three dossiers of the quarter over.
    ("daumoi.an", "MAU-01", PeriodKind::Quarter, (2026, 4), "Hộ tịch", Source::Software, "received=611 early=590 on_time=21 overdue_done=0", None),
    ("daumoi.an", "MAU-01", PeriodKind::Quarter, (2026, 4), "Chứng thực", Source::Software, "received=640 early=301 on_time=339 overdue_done=0", None),
    (
        "daumoi.an", "MAU-01", PeriodKind::Quarter, (2026, 4), "Đất đai", Source::Software,
        "received=148 early=14 on_time=108 overdue_done=11 withdrawn=7 in_process_due=6 in_process_overdue=2", LATE,
    ),
    ("daumoi.an", "MAU-01", PeriodKind::Quarter, (2026, 4), "", Source::Paper, "received=1437 early=905 on_time=503 overdue_done=11", None),
    // Resolved dossiers without a class, and more filed online than received.
    (
        "daumoi.binh", "MAU-02", PeriodKind::Year, (2025, 1), "", Source::Portal,
        "received=3120 stated_resolved=2990 early=1702 on_time=1190 overdue_done=64 in_process_due=118 in_process_overdue=12 online=2210 direct=910",
        None,
    ),
    (
        "daumoi.binh", "MAU-02", PeriodKind::Quarter, (2026, 1), "", Source::Software,
        "received=812 on_time=766 overdue_done=31 online=840 with_fee=290 paid_online=120 apology=5", LATE,
    ),
    (
        "daumoi.binh", "MAU-02", PeriodKind::Quarter, (2026, 4), "", Source::Other,
        "received=trên_900 on_time=hơn_850 overdue_done=22", None,
    ),
];

/// Enters the figures.
pub(super) async fn tell(app: &App, world: &World) -> Result<()> {
    for (login, unit, kind, (year, month), field, source, figures, attribution) in ENTRIES {
        let person = world.people.get(*login).copied().ok_or(Error::NotFound)?;
        let caller = session::caller(app, person, None, None, None, RequestContext::default()).await?;
        let first = NaiveDate::from_ymd_opt(*year, *month, 1).unwrap_or_default();
        let report = Report {
            period: Period::around(*kind, first).ok_or(Error::NotFound)?,
            field: (*field).to_owned(),
            source: *source,
            figures: read(figures),
            attribution: attribution.map(str::to_owned),
            note: Some("Số liệu mẫu".to_owned()),
        };
        dossiers::record(&app.store, &caller, Some(unit_of(world, unit)?), report).await?;
    }
    Ok(())
}

fn read(text: &str) -> Figures {
    let one = |part: &str| {
        let (counter, figure) = part.split_once('=')?;
        Some((counter.parse().ok()?, read_figure(&figure.replace('_', " ")).ok()??))
    };
    text.split_whitespace().filter_map(one).collect()
}

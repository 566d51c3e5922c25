//! Published figures, and what must hold of any.

use chrono::NaiveDate;

use super::*;

/// `received=503 on_time=>4300`: stated counters; `>` is «trên».
fn figures(text: &str) -> Figures {
    text.split_whitespace()
        .map(|part| {
            let (counter, number) = part.split_once('=').unwrap();
            (counter.parse().unwrap(), read_figure(number).unwrap().unwrap())
        })
        .collect()
}

fn codes(figures: &Figures) -> Vec<(&'static str, u64, u64)> {
    figures.warnings().into_iter().map(|warning| (warning.code, warning.left, warning.right)).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Published figures of `dossier-figures.csv` (the source is named there) with what they come to.
#[test]
fn published_figures_are_checked_and_never_changed() {
    use Measure as M;
    type Case = (&'static str, &'static str, &'static [(Measure, Option<&'static str>)], &'static [(&'static str, u64, u64)]);
    let cases: &[Case] = &[
        // Phường Xuân An, 2022 (article of Bình Thuận): hộ tịch adds up; with late ones unstated there is no rate.
        ("Xuân An hộ tịch", "received=503 early=496 on_time=7", &[(M::OnTimeOfResolved, None)], &[]),
        (
            "Xuân An hộ tịch, trễ hạn 0",
            "carried_over=0 received=503 early=496 on_time=7 overdue_done=0 refused=0 withdrawn=0 in_process_due=0 in_process_overdue=0",
            &[(M::OnTimeOfResolved, Some("100.00")), (M::OnTimeOfReceived, Some("100.00"))],
            &[],
        ),
        // Land: 30/32 without the withdrawn, 30/36 with them; the denominator must be named.
        (
            "Xuân An đất đai",
            "carried_over=0 received=36 early=27 on_time=3 overdue_done=2 refused=0 withdrawn=4 in_process_due=0 in_process_overdue=0",
            &[
                (M::OnTimeOfResolved, Some("93.75")),
                (M::OnTimeWithPendingLate, Some("93.75")),
                (M::OnTimeOfReceived, Some("83.33")),
                (M::OnlineRate, None),
            ],
            &[],
        ),
        ("Xuân An sao y", "received=>1.100", &[(M::OnTimeOfResolved, None)], &[]),
        ("Xuân An thẻ BHYT", "received=112", &[(M::OnTimeOfResolved, None)], &[]),
        ("Xuân An nhập khẩu", "received=83", &[(M::OnTimeOfResolved, None)], &[]),
        ("Xuân An chứng thực chữ ký", "received=69", &[(M::OnTimeOfResolved, None)], &[]),
        ("Xuân An người có công", "received=3", &[(M::OnTimeOfResolved, None)], &[]),
        // Hương Trà, 2022: the article gives no counts at all.
        ("Hương Trà", "", &[(M::OnTimeOfResolved, None)], &[]),
        // Xã Tú Sơn, 2023: one number called online and total; 1.711 online.
        (
            "Tú Sơn",
            "received=1.774 on_time=1.774 overdue_done=0 online=1.711",
            &[(M::OnTimeOfResolved, Some("100.00")), (M::OnlineRate, Some("96.45"))],
            &[],
        ),
        (
            "Tú Sơn, 1.774 trực tuyến",
            "received=1711 online=1774",
            &[(M::OnlineRate, Some("103.68"))],
            &[("dossier_channels", 1_711, 1_774), ("dossier_ratio_above_one", 1_774, 1_711)],
        ),
        // Huyện Phú Lương, 2018: bounds only, nothing to breach.
        (
            "Phú Lương",
            "carried_over=0 received=>4.400 early=0 on_time=>4.300 overdue_done=2 refused=0 withdrawn=0 in_process_due=98 in_process_overdue=0",
            &[(M::OnTimeOfResolved, Some("99.95"))],
            &[],
        ),
        // Xã Hiệp Xương, 2020.
        ("Hiệp Xương", "received=1286 early=283 on_time=1003 overdue_done=0", &[(M::OnTimeOfResolved, Some("100.00"))], &[]),
        // Huế portal: percents are of resolved, and the classes leave 9,612 dossiers over.
        (
            "Huế mức 1-2",
            "received=268763 stated_resolved=257141 early=124907 on_time=102770 overdue_done=19852",
            &[(M::OnTimeOfResolved, Some("88.54"))],
            &[("dossier_unclassified", 257_141, 9_612)],
        ),
        (
            "Huế mức 3",
            "received=68544 stated_resolved=61827 early=43434 on_time=11795 overdue_done=4331",
            &[(M::OnTimeOfResolved, Some("89.33"))],
            &[("dossier_unclassified", 61_827, 2_267)],
        ),
        (
            "Huế mức 4",
            "received=1665 stated_resolved=1611 early=952 on_time=388 overdue_done=268",
            &[(M::OnTimeOfResolved, Some("83.18"))],
            &[("dossier_unclassified", 1_611, 3)],
        ),
        (
            "Huế mức 1-2, 9.612 được ghi",
            "received=268763 stated_resolved=257141 early=124907 on_time=102770 overdue_done=19852 unclassified=9612",
            &[(M::OnTimeOfResolved, Some("88.54"))],
            &[],
        ),
        // Phường Điện Biên Phủ, 2025: 31 resolved dossiers neither early nor on time.
        (
            "Điện Biên Phủ",
            "received=5780 stated_resolved=5583 early=2199 on_time=3353 overdue_done=0 online=2387 direct=3393 postal=0",
            &[(M::OnTimeOfResolved, Some("99.44")), (M::OnlineRate, Some("41.30"))],
            &[("dossier_unclassified", 5_583, 31)],
        ),
        // The same without the stated total: the flow does not close.
        (
            "Điện Biên Phủ, không ghi tổng",
            "carried_over=0 received=5780 early=2199 on_time=3353 overdue_done=0 refused=0 withdrawn=0 in_process_due=197 in_process_overdue=0",
            &[(M::OnTimeOfResolved, Some("100.00"))],
            &[("dossier_flow", 5_780, 5_749)],
        ),
        (
            "Mường Mùn",
            "received=976 early=976 overdue_done=0 online=891",
            &[(M::OnTimeOfResolved, Some("100.00")), (M::OnlineRate, Some("91.29"))],
            &[],
        ),
        // Xã Phú Giáo, quarter III 2025: 99.2 % is of the resolved; the 96.2 % of the second line is not reproducible.
        ("Phú Giáo", "received=13188 stated_resolved=12970 overdue_done=102", &[(M::OnTimeOfResolved, Some("99.21"))], &[]),
        ("Phú Giáo, thẩm quyền xã", "stated_resolved=2760 on_time=2602", &[(M::OnTimeOfResolved, Some("94.28"))], &[]),
        ("Kiến An", "received=3511 stated_resolved=3340 in_process_due=171", &[(M::OnTimeOfResolved, None)], &[]),
        // Phường Đông Hải: «95.35 %» and «no overdue» give no denominator to work with.
        ("Đông Hải", "received=3334 overdue_done=0", &[(M::OnTimeOfResolved, None), (M::OnTimeOfReceived, None)], &[]),
        // Xã An Lão: 100 % of the resolved, with 108 still open.
        (
            "An Lão",
            "received=578 on_time=470 overdue_done=0 in_process_due=108",
            &[(M::OnTimeOfResolved, Some("100.00")), (M::OnTimeWithPendingLate, None), (M::OnTimeOfReceived, Some("100.00"))],
            &[],
        ),
        // Invented: without the carried over in the whole the rate would be 104.35 %.
        (
            "chuyển kỳ",
            "carried_over=85 received=1402 early=905 on_time=468 overdue_done=11 refused=4 withdrawn=7 in_process_due=90 in_process_overdue=2",
            &[(M::OnTimeOfReceived, Some("98.39"))],
            &[],
        ),
        ("Phú Liễn, phiếu đánh giá", "rated=467 dissatisfied=3", &[(M::OnTimeOfResolved, None)], &[]),
    ];
    for (name, text, shares, warnings) in cases {
        let figures = figures(text);
        let before = figures.clone();
        for (measure, expected) in *shares {
            assert_eq!(figures.share(*measure).map(Share::percent).as_deref(), *expected, "{name}: {measure}");
        }
        assert_eq!(codes(&figures), *warnings, "{name}");
        assert!(figures.warnings().iter().all(|warning| WARNING_CODES.contains(&warning.code)));
        assert_eq!(figures, before, "{name}: nothing is altered");
    }
}

#[test]
fn each_identity_names_both_sides_and_is_silent_where_something_is_left_open() {
    type Case = (&'static str, &'static [(&'static str, u64, u64)]);
    let cases: &[Case] = &[
        ("paid_online=11 with_fee=10", &[("dossier_paid_above_fee", 11, 10), ("dossier_ratio_above_one", 11, 10)]),
        ("paid_online=>11 with_fee=>10", &[("dossier_ratio_above_one", 11, 10)]),
        ("paid_online=11", &[]),
        (
            "apology=3 overdue_done=1 in_process_overdue=1",
            &[("dossier_apology_above_late", 3, 2), ("dossier_ratio_above_one", 3, 2)],
        ),
        ("apology=3 overdue_done=1", &[]),
        ("with_fee=9 stated_resolved=5 in_process_due=2 in_process_overdue=1", &[("dossier_fee_above_handled", 9, 8)]),
        (
            "digitised_in=9 received=5 carried_over=1",
            &[("dossier_digitised_in_above_received", 9, 6), ("dossier_ratio_above_one", 9, 5)],
        ),
        (
            "digitised_result=9 stated_resolved=5",
            &[("dossier_digitised_result_above_resolved", 9, 5), ("dossier_ratio_above_one", 9, 5)],
        ),
        ("repeated_supplement=2 returned_for_supplement=1", &[("dossier_repeated_above_returned", 2, 1)]),
        ("rated=1 dissatisfied=2", &[("dossier_dissatisfied_above_rated", 2, 1)]),
        ("petitions=1 petitions_on_time=2", &[("dossier_petitions_above_all", 2, 1)]),
        ("received=10 online=4 direct=3 postal=2", &[("dossier_channels", 10, 9)]),
        ("received=10 online=4 direct=3", &[]),
        (
            "stated_resolved=10 early=6 on_time=6 overdue_done=0 unclassified=0",
            &[("dossier_resolved", 10, 12), ("dossier_ratio_above_one", 12, 10)],
        ),
        (
            "stated_resolved=10 early=6 on_time=6 overdue_done=0",
            &[("dossier_resolved", 10, 12), ("dossier_ratio_above_one", 12, 10)],
        ),
        // Returned dossiers may or may not be counted in process.
        (
            "carried_over=1 received=10 stated_resolved=8 returned_for_supplement=1 refused=0 withdrawn=0 in_process_due=2 in_process_overdue=0",
            &[],
        ),
        (
            "carried_over=1 received=10 stated_resolved=8 refused=0 withdrawn=0 in_process_due=2 in_process_overdue=0",
            &[("dossier_flow", 11, 10)],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(codes(&figures(text)), *expected, "{text}");
    }
}

#[test]
fn shares_are_rounded_half_up_and_never_capped() {
    for (part, whole, expected) in
        [(1, 3, "33.33"), (2, 3, "66.67"), (1, 20_000, "0.01"), (1, 20_001, "0.00"), (484, 482, "100.41"), (120, 126, "95.24")]
    {
        let share = Share { measure: Measure::OnlineRate, numerator: part, denominator: whole, exact: true };
        assert_eq!(share.percent(), expected, "{part}/{whole}");
    }
    assert_eq!(figures("online=0 received=0").share(Measure::OnlineRate), None, "nothing of nothing is no share");
    assert!(!figures("online=5 received=>9").share(Measure::OnlineRate).unwrap().exact);
}

#[test]
fn a_point_groups_thousands_and_words_make_a_bound() {
    let exact = |value| Ok(Some(Figure::exact(value)));
    let bound = |value, bound| Ok(Some(Figure { value, bound }));
    let cases = [
        ("1774", exact(1_774)),
        (" 1.774 ", exact(1_774)),
        ("1 774", exact(1_774)),
        ("1.774,00", exact(1_774)),
        ("0", exact(0)),
        ("", Ok(None)),
        ("–", Ok(None)),
        ("trên 4.400", bound(4_400, Bound::AtLeast)),
        ("Hơn 4.300", bound(4_300, Bound::AtLeast)),
        ("≥ 12", bound(12, Bound::AtLeast)),
        ("gần 300", bound(300, Bound::AtMost)),
        ("khoảng 50", bound(50, Bound::About)),
        ("1.77", Err("not_integer")),
        ("1,774", Err("not_integer")),
        ("12,5", Err("not_integer")),
        ("nhiều", Err("not_integer")),
        ("-3", Err("negative")),
        ("trên", Err("not_integer")),
        ("9.999.999.999.999.999", Err("too_large")),
    ];
    for (text, expected) in cases {
        assert_eq!(read_figure(text), expected, "{text:?}");
    }
    for text in ["1.774", "trên 4.400", "khoảng 1.000.000", "7"] {
        assert_eq!(write_figure(read_figure(text).unwrap().unwrap()), text);
    }
}

#[test]
fn fields_are_compared_with_the_report_of_all_fields() {
    // Tú Sơn: 1.774 = 1.769 + 1 + 4.
    let all = figures("received=1774 on_time=1774");
    let fields = ["received=1769 on_time=1769", "received=1 on_time=1", "received=4"].map(figures);
    assert_eq!(compare_fields(&all, &fields), [], "an unstated counter leaves the sum open");
    let short = ["received=1769", "received=4"].map(figures);
    assert_eq!(
        compare_fields(&all, &short),
        [Warning { code: "dossier_fields", subject: Some("received"), left: 1_774, right: 1_773 }]
    );
    let over = ["received=1774", "on_time=1 received=1"].map(figures);
    assert_eq!(compare_fields(&all, &over).len(), 1);
    assert_eq!(compare_fields(&all, &[]), []);
}

#[test]
fn a_period_is_as_whole_as_its_kind_says() {
    let cases = [
        (PeriodKind::Month, "2025-02-01", "2025-02-28", ""),
        (PeriodKind::Month, "2025-02-01", "2025-02-27", "period_not_whole"),
        (PeriodKind::Quarter, "2025-07-01", "2025-09-30", ""),
        (PeriodKind::Quarter, "2025-08-01", "2025-10-31", "period_not_whole"),
        (PeriodKind::Year, "2025-01-01", "2025-12-31", ""),
        (PeriodKind::Custom, "2023-01-01", "2023-09-15", ""),
        (PeriodKind::Custom, "2023-09-15", "2023-01-01", "period_end_before_start"),
        (PeriodKind::Custom, "0205-01-01", "2025-01-01", "period_year"),
    ];
    for (kind, from, to, expected) in cases {
        let mut problems = Problems::new();
        Period { kind, from: day(from), to: day(to) }.check(&mut problems);
        let found: Vec<_> = problems.finish().err().unwrap_or_default().into_iter().map(|error| error.code).collect();
        assert_eq!(found.join(" "), expected, "{kind} {from} {to}");
    }
    assert_eq!(Period::between(day("2025-10-01"), day("2025-12-31")).kind, PeriodKind::Quarter);
    assert_eq!(Period::between(day("2025-10-01"), day("2025-11-30")).kind, PeriodKind::Custom);
    assert_eq!(Period::around(PeriodKind::Custom, day("2025-10-01")), None);
}

fn candidate(from: &str, to: &str, all_fields: bool, source: Source, text: &str) -> Candidate {
    Candidate { period: Period::between(day(from), day(to)), all_fields, source, figures: figures(text) }
}

#[test]
fn a_year_is_added_up_without_counting_a_day_twice() {
    use Source::{Paper, Portal, Software};
    let year = || candidate("2025-01-01", "2025-12-31", true, Paper, "received=100");
    let quarter = |n: u32, text: &str| {
        let first = NaiveDate::from_ymd_opt(2025, 3 * n - 2, 1).unwrap();
        let period = Period::around(PeriodKind::Quarter, first).unwrap();
        Candidate { period, all_fields: true, source: Software, figures: figures(text) }
    };
    let january = || candidate("2025-01-01", "2025-01-31", true, Software, "received=9");
    let cases: Vec<(&str, Vec<Candidate>, &[usize], &str)> = vec![
        ("a year beats quarters and months", vec![january(), quarter(1, "received=30"), year()], &[2], "received=100"),
        ("quarters beat months", vec![january(), quarter(1, "received=30"), quarter(2, "received=40")], &[1, 2], "received=70"),
        ("months fill what quarters leave", vec![quarter(2, "received=40"), january()], &[1, 0], "received=49"),
        (
            "all fields beat the sum of fields",
            vec![
                candidate("2025-01-01", "2025-12-31", false, Software, "received=60"),
                candidate("2025-01-01", "2025-12-31", false, Software, "received=30"),
                year(),
            ],
            &[2],
            "received=100",
        ),
        (
            "fields are added of one source only",
            vec![
                candidate("2025-01-01", "2025-12-31", false, Software, "received=60"),
                candidate("2025-01-01", "2025-12-31", false, Paper, "received=70"),
                candidate("2025-01-01", "2025-12-31", false, Software, "received=30"),
            ],
            &[0, 2],
            "received=90",
        ),
        (
            "software beats portal beats paper",
            vec![
                candidate("2025-01-01", "2025-12-31", true, Paper, "received=1"),
                candidate("2025-01-01", "2025-12-31", true, Portal, "received=2"),
            ],
            &[1],
            "received=2",
        ),
        ("outside the span nothing counts", vec![candidate("2024-12-01", "2025-01-31", true, Software, "received=5")], &[], ""),
        (
            "of other periods the longer counts",
            vec![
                candidate("2025-01-01", "2025-09-15", true, Software, "received=80"),
                candidate("2025-09-01", "2025-09-20", true, Software, "received=5"),
            ],
            &[0],
            "received=80",
        ),
        (
            "stocks are taken from the ends, flows are added",
            vec![
                quarter(1, "carried_over=5 received=30 in_process_due=7"),
                quarter(2, "carried_over=7 received=40 in_process_due=2"),
            ],
            &[0, 1],
            "carried_over=5 received=70 in_process_due=2",
        ),
        (
            "what some reports do not state is at least the sum",
            vec![quarter(1, "received=30 online=10"), quarter(2, "received=40")],
            &[0, 1],
            "received=70 online=>10",
        ),
    ];
    for (name, candidates, counted, expected) in cases {
        let found = total(&candidates, day("2025-01-01"), day("2025-12-31"));
        assert_eq!(found.counted, counted, "{name}");
        assert_eq!(found.figures, figures(expected), "{name}");
    }
    let some = total(&[january(), quarter(2, "received=40")], day("2025-01-01"), day("2025-12-31"));
    assert_eq!(some.gaps, [(day("2025-02-01"), day("2025-03-31")), (day("2025-07-01"), day("2025-12-31"))]);
    assert_eq!(total(&[year()], day("2025-01-01"), day("2025-12-31")).gaps, []);
}

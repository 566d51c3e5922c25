//! How long it takes from the rows of the database to a ranking page: 3,321 units by 100 criteria,
//! self-scored and appraised, on SQLite. `cargo bench -p tests --bench ranking`. Machines are noisy:
//! read the ratio to the pure engine on the same figures in the same run.

use std::fmt::Write as _;
use std::time::Instant;

use api::rounds::standing::{self, Stage};
use api::rounds::{publish, set_of};
use domain::record::CriteriaSetState;
use domain::round::{Layer, RoundState, ScoreVerdict, SheetState};
use domain::scoring;
use entities::{criteria_set, round, score_entry, sheet, sheet_line, unit};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, TransactionTrait as _,
};
use serde_json::json;
use tests::TestApp;

const UNITS_2025: &[u8] = include_bytes!("../../data/units-2025.csv");
const CRITERIA: u64 = 100;

/// A small generator: the same numbers every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A constructed set of a hundred ratios in ten fields.
fn document() -> String {
    let mut text = "format: 1\nid: bench\ntitle: Bộ tiêu chí đo thời gian\nstatus: constructed\nlevel: commune\nscale: 100\n\
        rounding:\n  sub_score: {places: 2, mode: half_up}\n  total: {places: 2, mode: half_up}\n\
        grades:\n  - {code: T, name: Tốt, ge: 80}\n  - {code: K, name: Khá, ge: 0}\ntie_policy: competition\nnodes:\n"
        .to_owned();
    for field in 0..CRITERIA / 10 {
        writeln!(text, "  - code: '{field}'\n    name: Lĩnh vực {field}\n    max: 10\n    children:").unwrap();
        for n in 0..10 {
            writeln!(
                text,
                "      - {{code: '{field}.{n}', name: Tiêu chí {field}.{n}, max: 1, score_source: appraisal, inputs: [a, b], \
                 rule: {{type: linear, num: a, den: b, zero_denominator: full}}}}"
            )
            .unwrap();
        }
    }
    text
}

/// A round before its council, with everything declared and accepted.
async fn filled(app: &TestApp) -> round::Model {
    let db = app.app.store.read();
    let now = app.clock.now();
    let span = api::units::import::Span { from: "2025-07-01".parse().unwrap(), to: None };
    api::units::import::units(&app.app.store, UNITS_2025, span, "units-2025.csv").await.unwrap();
    let owner = app.unit("MAU").await.parse().unwrap();
    let person = app.person("thukyhoidong").await.parse().unwrap();
    let set = criteria_set::Model {
        id: app.clock.id().into(),
        code: "bench".into(),
        edition: 1,
        title: "Bộ tiêu chí đo thời gian".into(),
        search_text: String::new(),
        year: Some(2026),
        level: "commune".into(),
        state: CriteriaSetState::Published,
        sample: true,
        owner_unit_id: owner,
        document: document(),
        digest: "0".repeat(64),
        copied_from_id: None,
        created_by_id: None,
        published_by_id: None,
        published_at: Some(now),
        version: 1,
        created_at: now,
    };
    let set = set.into_active_model().insert(db).await.unwrap();
    let row = round::Model {
        id: app.clock.id().into(),
        code: "DCD-BENCH".into(),
        title: "Đo thời gian".into(),
        year: 2026,
        set_id: set.id,
        owner_unit_id: owner,
        state: RoundState::Council,
        as_of: "2026-01-01".parse().unwrap(),
        survey_held: true,
        self_due_at: now,
        explanation_days: 5,
        explanation_due_at: Some(now),
        appraisal_due_on: "2026-12-31".parse().unwrap(),
        approvals_required: 2,
        decision: None,
        decided_on: None,
        previous_id: None,
        created_by_id: person,
        version: 1,
        created_at: now,
    };
    let row = row.into_active_model().insert(db).await.unwrap();
    let communes = unit::Entity::find().filter(unit::Column::KindCode.is_in(["xa", "phuong", "dac_khu"])).all(db).await.unwrap();
    let mut numbers = Numbers(2026);
    let (_, parsed) = set_of(db, set.id).await.unwrap();
    let codes: Vec<String> = parsed.leaves().iter().map(|placed| placed.node.code.clone()).collect();
    let tx = db.begin().await.unwrap();
    for commune in communes.into_iter().filter(|commune| !commune.sample) {
        let sheet = sheet::Model {
            id: app.clock.id().into(),
            round_id: row.id,
            unit_id: commune.id,
            unit_code: commune.code,
            unit_name: commune.name,
            kind: commune.kind_code,
            peer_group: None,
            state: SheetState::Submitted,
            submitted_at: Some(now),
            submitted_by_id: Some(person),
            version: 1,
            created_at: now,
        };
        let sheet = sheet.into_active_model().insert(&tx).await.unwrap();
        let (mut lines, mut entries) = (Vec::new(), Vec::new());
        for code in &codes {
            let den = 1 + numbers.below(2_000);
            let value = json!({"a": numbers.below(den + 1).to_string(), "b": den.to_string()});
            let line = sheet_line::Model {
                id: app.clock.id().into(),
                sheet_id: sheet.id,
                code: code.clone(),
                value: Some(value.clone()),
                note: None,
                override_reason: None,
                edited_by_id: Some(person),
                edited_at: Some(now),
                version: 1,
            };
            for (layer, verdict, value) in
                [(Layer::SelfScore, ScoreVerdict::Given, Some(value)), (Layer::Appraisal1, ScoreVerdict::Accepted, None)]
            {
                let entry = score_entry::Model {
                    id: app.clock.id().into(),
                    line_id: line.id,
                    layer,
                    verdict,
                    value,
                    points: None,
                    reason: None,
                    person_id: person,
                    created_at: now,
                };
                entries.push(entry.into_active_model());
            }
            lines.push(line.into_active_model());
        }
        sheet_line::Entity::insert_many(lines).exec_without_returning(&tx).await.unwrap();
        score_entry::Entity::insert_many(entries).exec_without_returning(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    row
}

#[tokio::main]
async fn main() {
    let started = Instant::now();
    // The whole country on one page is more than a request may take in a build without optimisation.
    let app = TestApp::with(|config| config.server.request_timeout_s = 600).await;
    let row = filled(&app).await;
    let db = app.app.store.read();
    println!("filled in {:.0} s", started.elapsed().as_secs_f64());

    let (_, set) = set_of(db, row.set_id).await.unwrap();
    let started = Instant::now();
    let standing = standing::load(db, &row).await.unwrap();
    let loaded = started.elapsed().as_secs_f64();
    let units: Vec<_> = standing.sheets.iter().map(|sheet| standing::unit_of(&set, &row, sheet, Stage::Final)).collect();
    let started = Instant::now();
    let scores: Vec<_> = units.iter().map(|unit| scoring::preview(&set, unit)).collect();
    let engine = started.elapsed().as_secs_f64();
    drop((standing, scores));

    let started = Instant::now();
    let snapshot = publish::snapshot(db, &row).await.unwrap();
    let made = started.elapsed().as_secs_f64();
    let (document, _) = publish::sealed(&snapshot).unwrap();

    let secretary = app.browse("thukyhoidong").await;
    let started = Instant::now();
    let page = secretary.get(&format!("/dot-cham-diem/{}/xep-hang", row.id)).await.expect(200).text();
    let paged = started.elapsed().as_secs_f64();
    println!("{} units x {CRITERIA} criteria, SQLite", snapshot.units.len());
    println!("pure engine, once:            {:>7.0} ms", engine * 1000.0);
    let told =
        |what: &str, seconds: f64| println!("{what:<29} {:>7.0} ms, {:.1} times the engine", seconds * 1000.0, seconds / engine);
    told("read from the database:", loaded);
    told("scored twice, ranked, worded:", made);
    told("ranking page, whole request:", paged);
    println!("snapshot {} MB, page {} KB", document.len() / 1_000_000, page.len() / 1000);
}

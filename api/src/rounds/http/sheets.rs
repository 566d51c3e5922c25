//! `/sheets`, and the appraisal of their lines by criterion.

use domain::id::{RoundId, SheetId};
use domain::scoring::Exact;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Json;
use render::Lang;
use serde_json::Value;

use super::records::{
    CountedFigure, Criterion, CriterionProgress, CriterionRow, ExplanationBody, JudgementsBody, LineWrite, LinesWrite, ReachStep,
    Sheet, SheetLine, Written, entries, written,
};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::criteria::report;
use crate::error::{Error, Result};
use crate::http::{One, Version};
use crate::rounds::appraise::{self, Judgement};
use crate::rounds::sheets::{self, LineInput, SheetView};

/// Sheets and the appraisal of their lines.
#[derive(Debug)]
pub struct SheetsApi;

fn shown(app: &App, view: &SheetView) -> Sheet {
    let words = app.renderer.catalogue();
    let places = view.set.places();
    let (own_points, own_maximum) = view.own_points();
    let lines = view.set.leaves().into_iter().filter_map(|placed| {
        let said = view.lines.get(&placed.node.code)?;
        let own = view.own.line(&placed.node.code).filter(|_| placed.leaf.self_scored)?;
        Some((placed, said, own))
    });
    let lines = lines.map(|(placed, said, own)| SheetLine {
        id: said.line.id,
        code: placed.node.code.clone(),
        name: placed.node.name.clone(),
        max: placed.node.max.fixed(places),
        self_scored: placed.leaf.self_scored,
        evidence_required: placed.leaf.evidence_required,
        value: said.line.value.clone(),
        note: said.line.note.clone(),
        override_reason: said.line.override_reason.clone(),
        files: view.files.get(&said.line.id).copied().unwrap_or_default(),
        own_points: own.result.points.as_ref().filter(|_| own.missing.is_none()).map(|points| points.fixed(places)),
        how: report::words(words, Lang::Vi, &own.result.how),
        warnings: view.warnings(&placed.node.code).iter().map(|said| report::warning(words, Lang::Vi, said)).collect(),
        entries: entries(said),
        version: said.line.version,
    });
    let reach = view.reach().into_iter().map(|step| ReachStep {
        code: step.code,
        value: crate::criteria::yaml::to_json(&domain::scoring::file::write_value(&step.value)),
        points: step.points.fixed(places),
        gain: step.gain.fixed(places),
    });
    Sheet {
        sheet: view.seen.sheet.clone().into(),
        round_id: view.seen.round.id,
        own_points: own_points.fixed(places),
        own_maximum: own_maximum.fixed(places),
        missing: view.unfinished().into_keys().collect(),
        within_reach: reach.collect(),
        lines: lines.collect(),
        version: view.seen.sheet.version,
    }
}

async fn sheet_of(app: &App, caller: &Caller, id: SheetId) -> Result<One<Sheet>> {
    let view = sheets::view(app.store.read(), caller, id).await?;
    let version = view.seen.sheet.version;
    Ok(One::found(shown(app, &view), version))
}

#[OpenApi]
impl SheetsApi {
    /// Get a sheet
    ///
    /// Appraised values are there from the explanation on, of one's own unit.
    #[oai(path = "/sheets/:id", method = "get", operation_id = "get_sheet")]
    async fn get_sheet(&self, auth: Auth<can::ReadScores>, app: Data<&App>, id: Path<SheetId>) -> Result<One<Sheet>> {
        sheet_of(&app, &auth, id.0).await
    }

    /// Write lines
    ///
    /// All or none. A line whose version was seen and has changed since is 412.
    #[oai(path = "/sheets/:id/lines", method = "put", operation_id = "write_sheet_lines")]
    async fn write_sheet_lines(
        &self,
        auth: Auth<can::DraftScores>,
        app: Data<&App>,
        id: Path<SheetId>,
        body: Json<LinesWrite>,
    ) -> Result<One<Sheet>> {
        let line = |line: LineWrite| LineInput {
            code: line.code,
            version: line.version,
            value: line.value.unwrap_or(Value::Null),
            note: line.note,
            override_reason: line.override_reason,
        };
        sheets::write(&app.store, &auth, id.0, body.0.lines.into_iter().map(line).collect()).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// Fill counted figures into a sheet
    ///
    /// Inputs bound to the one-stop desk's figures or to the year's work, where nothing stands yet.
    #[oai(path = "/sheets/:id/prefill", method = "post", operation_id = "prefill_sheet")]
    async fn prefill_sheet(&self, auth: Auth<can::DraftScores>, app: Data<&App>, id: Path<SheetId>) -> Result<One<Sheet>> {
        sheets::prefill(&app.store, &auth, id.0).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// Figures counted for a sheet, with their rows
    #[oai(path = "/sheets/:id/counted", method = "get", operation_id = "list_counted_figures")]
    async fn list_counted_figures(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<SheetId>,
    ) -> Result<Json<Vec<CountedFigure>>> {
        let db = app.store.read();
        let view = sheets::view(db, &auth, id.0).await?;
        let (unit, year) = (view.seen.sheet.unit_id, view.seen.round.year);
        let counted = crate::rounds::counted::counted(db, &view.set, unit, year, auth.today).await?;
        let figures = counted.into_iter().flat_map(|(code, inputs)| {
            inputs.into_iter().map(move |(input, counted)| CountedFigure {
                code: code.clone(),
                input,
                bind: counted.bind,
                value: counted.value,
                rows: counted.rows,
            })
        });
        Ok(Json(figures.collect()))
    }

    /// Hand a sheet in
    #[oai(path = "/sheets/:id/submit", method = "post", operation_id = "submit_sheet")]
    async fn submit_sheet(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<SheetId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Sheet>> {
        sheets::submit(&app.store, &auth, id.0, seen.0).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// Take a sheet back before the deadline
    #[oai(path = "/sheets/:id/withdraw", method = "post", operation_id = "withdraw_sheet")]
    async fn withdraw_sheet(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<SheetId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Sheet>> {
        sheets::withdraw(&app.store, &auth, id.0, seen.0).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// Explain a line that the appraisal changed or asked about
    #[oai(path = "/sheets/:id/explain", method = "post", operation_id = "explain_sheet_line")]
    async fn explain_sheet_line(
        &self,
        auth: Auth<crate::auth::Either<can::DraftScores, can::SignForUnit>>,
        app: Data<&App>,
        id: Path<SheetId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<ExplanationBody>,
    ) -> Result<One<Sheet>> {
        let ExplanationBody { code, text, value } = body.0;
        sheets::explain(&app.store, &auth, id.0, code, text, value).await?;
        sheet_of(&app, &auth, id.0).await
    }

    /// How far the panel is
    #[oai(path = "/rounds/:id/criteria", method = "get", operation_id = "list_round_criteria")]
    async fn list_round_criteria(
        &self,
        auth: Auth<crate::auth::Either<can::AppraiseScores, can::ManageRounds>>,
        app: Data<&App>,
        id: Path<RoundId>,
    ) -> Result<Json<Vec<CriterionProgress>>> {
        let rows = appraise::progress(app.store.read(), &auth, id.0).await?;
        Ok(Json(rows.into_iter().map(|(code, done, total)| CriterionProgress { code, done, total }).collect()))
    }

    /// One criterion over all units
    #[oai(path = "/rounds/:id/criteria/:code", method = "get", operation_id = "get_round_criterion")]
    async fn get_round_criterion(
        &self,
        auth: Auth<crate::auth::Either<can::AppraiseScores, can::ManageRounds>>,
        app: Data<&App>,
        id: Path<RoundId>,
        code: Path<String>,
    ) -> Result<Json<Criterion>> {
        let view = appraise::criterion(app.store.read(), &auth, id.0, &code.0).await?;
        let node = view.set.leaf(&view.code).ok_or(Error::NotFound)?.node;
        let (words, places) = (app.renderer.catalogue(), view.set.places());
        let rows = view.rows.into_iter().map(|row| CriterionRow {
            unit_id: row.sheet.unit_id,
            warnings: row.warnings().map(|said| report::warning(words, Lang::Vi, said)).collect(),
            unit_name: row.sheet.unit_name,
            state: row.sheet.state,
            own_unit: row.own_unit,
            line_id: row.said.as_ref().map(|said| said.line.id),
            own_points: row.own.as_ref().and_then(|line| line.result.points.as_ref()).map(|points| points.fixed(places)),
            points: row
                .now
                .as_ref()
                .filter(|line| line.missing.is_none())
                .and_then(|line| line.result.points.as_ref())
                .map(|points| points.fixed(places)),
            how: row.own.as_ref().map(|line| report::words(words, Lang::Vi, &line.result.how)),
            entries: row.said.as_ref().map(entries).unwrap_or_default(),
            layer: row.layer,
        });
        Ok(Json(Criterion {
            code: node.code.clone(),
            name: node.name.clone(),
            max: node.max.fixed(places),
            rows: rows.collect(),
        }))
    }

    /// Judge one criterion for any number of units
    ///
    /// All or none. In the appraisal by the panel, in the second by somebody else, in the council by the secretary.
    #[oai(path = "/rounds/:id/criteria/:code/appraise", method = "post", operation_id = "appraise_criterion")]
    async fn appraise_criterion(
        &self,
        auth: Auth<crate::auth::Either<can::AppraiseScores, can::ManageRounds>>,
        app: Data<&App>,
        id: Path<RoundId>,
        code: Path<String>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<JudgementsBody>,
    ) -> Result<Json<Written>> {
        let mut problems = domain::draft::Problems::new();
        let judgements = body
            .0
            .judgements
            .into_iter()
            .enumerate()
            .map(|(index, judgement)| {
                let points = judgement.points.map(|text| text.parse::<Exact>());
                problems.check(
                    points.as_ref().is_some_and(std::result::Result::is_err),
                    &format!("judgements/{index}/points"),
                    "file_not_a_number",
                );
                Judgement {
                    unit_id: judgement.unit_id,
                    verdict: judgement.verdict,
                    value: judgement.value,
                    points: points.and_then(std::result::Result::ok),
                    reason: judgement.reason,
                }
            })
            .collect();
        problems.finish()?;
        Ok(written(appraise::appraise(&app.store, &auth, id.0, code.0, judgements).await?))
    }
}

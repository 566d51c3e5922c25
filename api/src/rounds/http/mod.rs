//! `/rounds`, `/sheets`, `/publications`.

pub mod findings;
mod records;
mod sheets;

use std::collections::BTreeMap;

use domain::id::{PublicationId, RoundId, UnitId};
use domain::round::{PublicationState, RoundState, RoundVerb};
use entities::sheet;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use sea_orm::ConnectionTrait;

pub use sheets::SheetsApi;

use super::appraise::{self, Given};
use super::{Dates, Decision, Filter, access, publish};
use crate::app::App;
use crate::auth::{Auth, Caller, can};
use crate::error::{Error, Result};
use crate::http::{One, Page, Slice, Version, link};
use records::{
    CouncilDecision, DigestSeen, GivenBody, GivenValues, NewPublication, NewRound, Panel, Publication, Publications, Ranking,
    Round, RoundChange, Seat, SheetRow, SheetRows, UnitGroups, Written, editions, written,
};

/// Scoring rounds and their publication.
#[derive(Debug)]
pub struct RoundsApi;

async fn one(app: &App, id: PublicationId, round: RoundId) -> Result<Json<Publication>> {
    let all = publish::proposals(app.store.read(), round).await?;
    Ok(Json(editions(all)?.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)?))
}

async fn act(app: &App, caller: &Caller, id: RoundId, seen: Version, verb: RoundVerb) -> Result<One<Round>> {
    let row = super::act(&app.store, caller, id, seen, verb, Decision::default()).await?;
    let version = row.version;
    Ok(One::found(row.into(), version))
}

async fn rows_of(db: &impl ConnectionTrait, caller: &Caller, id: RoundId) -> Result<Vec<sheet::Model>> {
    let round = access::find(db, caller, id, false).await?;
    let by = access::by(db, caller, &round).await?;
    if by.secretary {
        return super::standing::units(db, id).await;
    }
    super::standing::own_units(db, caller, id).await
}

#[OpenApi]
impl RoundsApi {
    /// List rounds
    #[oai(path = "/rounds", method = "get", operation_id = "list_rounds")]
    async fn list_rounds(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        year: Query<Option<i32>>,
        state: Query<Option<RoundState>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Round>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { year: year.0, state: state.0 };
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let path = link(
            "/api/v1/rounds",
            &[("year", filter.year.map(|year| year.to_string())), ("state", filter.state.map(|state| state.to_string()))],
        );
        let (items, next) = slice.page(rows, &path, |row| (row.year.into(), row.id.0), Round::from);
        Ok(Json(Page { items, next }))
    }

    /// Get a round
    #[oai(path = "/rounds/:id", method = "get", operation_id = "get_round")]
    async fn get_round(&self, auth: Auth<can::ReadScores>, app: Data<&App>, id: Path<RoundId>) -> Result<One<Round>> {
        let row = access::find(app.store.read(), &auth, id.0, false).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// Prepare a round
    ///
    /// Units and their names are those of its day.
    #[oai(path = "/rounds", method = "post", operation_id = "create_round")]
    async fn create_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewRound>,
    ) -> Result<One<Round>> {
        let body = body.0;
        let new = super::NewRound {
            title: body.title,
            year: body.year,
            set_id: body.set_id,
            owner_unit_id: body.owner_unit_id,
            as_of: body.as_of,
            survey_held: body.survey_held,
            unit_ids: body.unit_ids.unwrap_or_default(),
            dates: Dates {
                self_due_at: body.self_due_at,
                explanation_days: body.explanation_days,
                appraisal_due_on: body.appraisal_due_on,
            },
            approvals_required: body.approvals_required.unwrap_or(2),
            previous_id: body.previous_id,
        };
        let row = super::create(&app.store, &auth, new).await?;
        let version = row.version;
        Ok(One::made(row.into(), version))
    }

    /// Change title and dates
    #[oai(path = "/rounds/:id", method = "patch", operation_id = "update_round")]
    async fn update_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<RoundChange>,
    ) -> Result<One<Round>> {
        let now = access::find(app.store.read(), &auth, id.0, false).await?;
        let body = body.0;
        let dates = Dates {
            self_due_at: body.self_due_at.unwrap_or(now.self_due_at),
            explanation_days: body.explanation_days.unwrap_or(now.explanation_days),
            appraisal_due_on: body.appraisal_due_on.unwrap_or(now.appraisal_due_on),
        };
        let row = super::update(&app.store, &auth, id.0, seen.0, body.title.unwrap_or(now.title), dates).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// The panel of a round
    #[oai(path = "/rounds/:id/panel", method = "get", operation_id = "get_round_panel")]
    async fn get_round_panel(&self, auth: Auth<can::ManageRounds>, app: Data<&App>, id: Path<RoundId>) -> Result<Json<Panel>> {
        let round = access::find(app.store.read(), &auth, id.0, false).await?;
        let seats = super::panel(app.store.read(), round.id).await?;
        Ok(Json(Panel { seats: seats.into_iter().map(|seat| Seat { person_id: seat.person_id, group: seat.group }).collect() }))
    }

    /// Name the panel anew
    #[oai(path = "/rounds/:id/panel", method = "put", operation_id = "set_round_panel")]
    async fn set_round_panel(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Panel>,
    ) -> Result<One<Round>> {
        let seats = body.0.seats.into_iter().map(|seat| super::Seat { person_id: seat.person_id, group: seat.group }).collect();
        let row = super::set_panel(&app.store, &auth, id.0, seen.0, seats).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// Open self-scoring
    #[oai(path = "/rounds/:id/open", method = "post", operation_id = "open_round")]
    async fn open_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::Open).await
    }

    /// Lock self-scoring and begin the first appraisal
    #[oai(path = "/rounds/:id/close_self_scoring", method = "post", operation_id = "close_self_scoring")]
    async fn close_self_scoring(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::CloseSelfScoring).await
    }

    /// Release the first appraisal to the units
    ///
    /// The explanation window is counted in working days from today.
    #[oai(path = "/rounds/:id/release", method = "post", operation_id = "release_round")]
    async fn release_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::Release).await
    }

    /// End the explanations and begin the second appraisal
    #[oai(path = "/rounds/:id/final_appraise", method = "post", operation_id = "final_appraise_round")]
    async fn final_appraise_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::FinalAppraise).await
    }

    /// Submit to the council
    ///
    /// Totals and ranks exist from here on.
    #[oai(path = "/rounds/:id/convene", method = "post", operation_id = "convene_round")]
    async fn convene_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::Convene).await
    }

    /// Record the council's approval
    #[oai(path = "/rounds/:id/approve", method = "post", operation_id = "approve_round")]
    async fn approve_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<CouncilDecision>,
    ) -> Result<One<Round>> {
        let CouncilDecision { decision, decided_on } = body.0;
        let decision = Decision { decision: Some(decision), decided_on };
        let row = super::act(&app.store, &auth, id.0, seen.0, RoundVerb::Approve, decision).await?;
        let version = row.version;
        Ok(One::found(row.into(), version))
    }

    /// Archive a published round
    #[oai(path = "/rounds/:id/archive", method = "post", operation_id = "archive_round")]
    async fn archive_round(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Round>> {
        act(&app, &auth, id.0, seen.0, RoundVerb::Archive).await
    }

    /// The sheets of a round
    ///
    /// Every unit's for the secretary, else those of the caller's own units. No points.
    #[oai(path = "/rounds/:id/sheets", method = "get", operation_id = "list_sheets")]
    async fn list_sheets(&self, auth: Auth<can::ReadScores>, app: Data<&App>, id: Path<RoundId>) -> Result<Json<SheetRows>> {
        let rows = rows_of(app.store.read(), &auth, id.0).await?;
        Ok(Json(SheetRows { items: rows.into_iter().map(SheetRow::from).collect() }))
    }

    /// Enter values that no unit scores itself
    ///
    /// Surveys, the leadership's points, other indices. Every entry stays; the latest counts.
    #[oai(path = "/rounds/:id/values", method = "post", operation_id = "enter_round_values")]
    async fn enter_round_values(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<GivenValues>,
    ) -> Result<Json<Written>> {
        let given = |body: GivenBody| Given { unit_id: body.unit_id, code: body.code, value: body.value, reason: body.reason };
        let values = body.0.values.into_iter().map(given).collect();
        Ok(written(appraise::enter(&app.store, &auth, id.0, values).await?))
    }

    /// Put units into peer groups
    #[oai(path = "/rounds/:id/groups", method = "put", operation_id = "set_round_groups")]
    async fn set_round_groups(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        body: Json<UnitGroups>,
    ) -> Result<Json<Written>> {
        let groups: BTreeMap<UnitId, Option<String>> =
            body.0.groups.into_iter().map(|group| (group.unit_id, group.group)).collect();
        Ok(written(appraise::set_groups(&app.store, &auth, id.0, groups).await?))
    }

    /// The ranking
    ///
    /// From the council on for the secretary and the publishers, from publication for everybody.
    #[oai(path = "/rounds/:id/ranking", method = "get", operation_id = "get_round_ranking")]
    async fn get_round_ranking(&self, auth: Auth<can::ReadScores>, app: Data<&App>, id: Path<RoundId>) -> Result<Json<Ranking>> {
        let (_, snapshot) = publish::ranking(app.store.read(), &auth, id.0).await?;
        let (_, digest) = publish::sealed(&snapshot)?;
        Ok(Json(Ranking { digest, snapshot: serde_json::to_value(snapshot)? }))
    }

    /// Editions proposed and published
    #[oai(path = "/rounds/:id/publications", method = "get", operation_id = "list_publications")]
    async fn list_publications(
        &self,
        auth: Auth<can::ReadScores>,
        app: Data<&App>,
        id: Path<RoundId>,
    ) -> Result<Json<Publications>> {
        let db = app.store.read();
        let round = access::find(db, &auth, id.0, false).await?;
        let by = access::by(db, &auth, &round).await?;
        let inside = by.secretary || by.publisher;
        let all = publish::proposals(db, round.id).await?;
        let seen = all.into_iter().filter(|(row, _)| inside || row.state == PublicationState::Published);
        Ok(Json(Publications { items: editions(seen.collect())? }))
    }

    /// Propose a publication
    ///
    /// Of what stands now; once the round is published, an erratum with its reason.
    #[oai(path = "/rounds/:id/publications", method = "post", operation_id = "propose_publication")]
    async fn propose_publication(
        &self,
        auth: Auth<can::ManageRounds>,
        app: Data<&App>,
        id: Path<RoundId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewPublication>,
    ) -> Result<Json<Publication>> {
        let row = publish::propose(&app.store, &auth, id.0, seen.0, body.0.not_before, body.0.reason).await?;
        one(&app, row.id, row.round_id).await
    }

    /// Approve a publication
    ///
    /// On the digest that was seen. The last approval needed publishes it.
    #[oai(path = "/publications/:id/approve", method = "post", operation_id = "approve_publication")]
    async fn approve_publication(
        &self,
        auth: Auth<can::ApprovePublication>,
        app: Data<&App>,
        id: Path<PublicationId>,
        body: Json<DigestSeen>,
    ) -> Result<Json<Publication>> {
        let row = publish::approve(&app.store, &auth, id.0, body.0.digest).await?;
        one(&app, row.id, row.round_id).await
    }

    /// Publish an approved edition whose time has come
    #[oai(path = "/publications/:id/publish", method = "post", operation_id = "publish_publication")]
    async fn publish_publication(
        &self,
        auth: Auth<crate::auth::Either<can::ManageRounds, can::ApprovePublication>>,
        app: Data<&App>,
        id: Path<PublicationId>,
    ) -> Result<Json<Publication>> {
        let row = publish::release(&app.store, &auth, id.0).await?;
        one(&app, row.id, row.round_id).await
    }
}

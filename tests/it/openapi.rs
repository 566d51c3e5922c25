//! The contract: the committed OpenAPI document, its honesty, and who may call what.

use std::collections::{BTreeMap, BTreeSet};

use domain::permission::{Role, Span};
use entities::{assignment, checklist, corrective_action, finding, inspection, inspection_member};
use poem::http::Method;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};
use serde_json::Value as Json;
use tests::{Client, TestApp};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api/openapi.json");
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/permissions.tsv");

#[test]
fn the_committed_document_is_what_the_program_serves() {
    let served = api::app::openapi_document().unwrap();
    let committed = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    let line = served.lines().zip(committed.lines()).position(|(one, other)| one != other);
    assert!(
        served == committed,
        "docs/api/openapi.json is stale (first in line {line:?}): `make openapi` writes it, then read the difference"
    );
}

/// Every operation of the document: id, method, path.
fn operations() -> Vec<(String, Method, String)> {
    let document: Json = serde_json::from_str(&api::app::openapi_document().unwrap()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId"));
            found.push((id.to_owned(), method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[test]
fn every_operation_has_its_own_name_a_summary_and_documents_its_failures() {
    let document: Json = serde_json::from_str(&api::app::openapi_document().unwrap()).unwrap();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} names two operations");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path} has no summary");
            for status in ["400", "401", "403", "404", "422", "500", "503"] {
                let problem = &operation["responses"][status]["content"]["application/problem+json"];
                assert!(!problem.is_null(), "{method} {path} does not document {status}");
            }
        }
    }
}

/// Fills the path with an id nobody has.
fn fill(path: &str) -> String {
    let parts: Vec<String> = path
        .split('/')
        .map(|part| match part.trim_matches(['{', '}']) {
            name if name == part => part.to_owned(),
            "kind" => "minutes".to_owned(),
            _ => "01930000-0000-7000-8000-000000000000".to_owned(),
        })
        .collect();
    format!("/api/v1{}", parts.join("/"))
}

/// People who hold exactly one role each, over the whole sample province.
async fn one_person_a_role(app: &TestApp) -> BTreeMap<&'static str, Client> {
    let mut people = BTreeMap::new();
    let root = app.unit("MAU").await.parse().unwrap();
    let store = app.app.store.clone();
    let hash = api::auth::password::hash(api::sample::PASSWORD).await.unwrap();
    for role in Role::ALL {
        let (login, hash, role) = (format!("chi-{role}"), hash.clone(), *role);
        let new = api::people::NewPerson {
            full_name: format!("Chỉ có vai trò {role}"),
            email: None,
            login: login.clone(),
            password_hash: hash,
            sample: true,
        };
        store
            .write(api::store::Writer::Cli, move |tx| async move {
                let person = api::people::create(&tx, new).await?;
                if role.assignable() {
                    assignment::ActiveModel {
                        id: Set(tx.id()),
                        person_id: Set(person.id),
                        role: Set(role),
                        unit_id: Set(root),
                        span: Set(Span::Subtree),
                        valid_from: Set(tx.today()),
                        valid_to: Set(None),
                        granted_by_id: Set(None),
                        reason: Set(None),
                        version: Set(1),
                        created_at: Set(tx.now()),
                    }
                    .insert(tx.db())
                    .await?;
                } else {
                    duty(&tx, role, person.id, root).await?;
                }
                Ok(())
            })
            .await
            .unwrap();
        people.insert(role.code(), app.sign_in(&login).await);
    }
    people
}

/// A part in a team, or a verifier's duty: these roles come from records.
async fn duty(tx: &api::store::Tx, role: Role, person: domain::id::PersonId, unit: domain::id::UnitId) -> api::error::Result<()> {
    let list = checklist::Entity::find().one(tx.db()).await?.expect("a checklist comes with the program");
    let visit = inspection::ActiveModel {
        id: Set(tx.id()),
        code: Set(format!("KT-{role}")),
        kind: Set(list.kind),
        owner_unit_id: Set(unit),
        unit_id: Set(unit),
        checklist_id: Set(list.id),
        state: Set(domain::inspection::InspectionState::Planned),
        surprise: Set(false),
        planned_on: Set(tx.today()),
        copies: Set(3),
        created_by_id: Set(person),
        version: Set(1),
        created_at: Set(tx.now()),
        ..Default::default()
    }
    .insert(tx.db())
    .await?;
    let part = match role {
        Role::LeadInspector => Some(domain::inspection::TeamRole::LeadInspector),
        Role::Inspector => Some(domain::inspection::TeamRole::Inspector),
        Role::TeamSecretary => Some(domain::inspection::TeamRole::TeamSecretary),
        _ => None,
    };
    if let Some(part) = part {
        inspection_member::ActiveModel {
            inspection_id: Set(visit.id),
            person_id: Set(person),
            team_role: Set(part),
            areas: Set(serde_json::json!([])),
            ..Default::default()
        }
        .insert(tx.db())
        .await?;
        return Ok(());
    }
    let raised = finding::ActiveModel {
        id: Set(tx.id()),
        code: Set(format!("PH-{role}")),
        kind: Set(list.kind),
        inspection_id: Set(Some(visit.id)),
        owner_unit_id: Set(unit),
        unit_id: Set(unit),
        grade: Set(domain::finding::Grade::Limitation),
        state: Set(domain::finding::FindingState::ActionRequired),
        search_text: Set(String::new()),
        created_by_id: Set(person),
        version: Set(1),
        created_at: Set(tx.now()),
        ..Default::default()
    }
    .insert(tx.db())
    .await?;
    corrective_action::ActiveModel {
        id: Set(tx.id()),
        code: Set(format!("KP-{role}")),
        finding_id: Set(raised.id),
        owner_unit_id: Set(unit),
        unit_id: Set(unit),
        state: Set(domain::corrective_action::CorrectiveActionState::Issued),
        whys: Set(serde_json::json!([])),
        plan_due_on: Set(tx.today()),
        effectiveness_months: Set(3),
        verifier_id: Set(Some(person)),
        return_count: Set(0),
        version: Set(1),
        created_at: Set(tx.now()),
        ..Default::default()
    }
    .insert(tx.db())
    .await?;
    Ok(())
}

/// `x` may, `-` may not (401 or 403), for a record nobody has.
async fn may(client: &Client, method: &Method, path: &str) -> &'static str {
    match client
        .send(method.clone(), &fill(path), &[("content-type", "application/json"), ("if-match", "\"1\"")], "{}")
        .await
        .status
        .as_u16()
    {
        401 | 403 => "-",
        500.. => panic!("{method} {path} fails"),
        _ => "x",
    }
}

/// The table is owned by hand: what the program does is compared with it, never written into it by the test.
#[tokio::test]
async fn who_may_call_what_is_what_the_hand_owned_table_says() {
    let app = TestApp::start().await;
    let people = one_person_a_role(&app).await;
    let head: Vec<&str> = std::iter::once("anonymous").chain(Role::ALL.iter().map(|role| role.code())).collect();
    let mut actual = format!("operation\t{}\n", head.join("\t"));
    for (id, method, path) in operations() {
        // Signing in is for everybody and ends nothing.
        let mut row = vec![may(&app.client(), &method, &path).await];
        for role in Role::ALL {
            let client = if id == "delete_session" { &app.sign_in(&format!("chi-{role}")).await } else { &people[role.code()] };
            row.push(may(client, &method, &path).await);
        }
        actual.push_str(&format!("{id}\t{}\n", row.join("\t")));
    }
    let owned = std::fs::read_to_string(TABLE).unwrap_or_default();
    let differences: Vec<String> = actual
        .lines()
        .filter(|line| !owned.lines().any(|known| known == *line))
        .map(|line| format!("program: {line}"))
        .chain(owned.lines().filter(|line| !actual.lines().any(|now| now == *line)).map(|line| format!("table:   {line}")))
        .collect();
    if !differences.is_empty() {
        let written = std::env::temp_dir().join("chuan-permissions.tsv");
        std::fs::write(&written, &actual).unwrap();
        panic!("{} differs from the program (now in {}):\n{}", TABLE, written.display(), differences.join("\n"));
    }
}

/// The control: a role that may nothing is seen as one that may nothing.
#[tokio::test]
async fn the_table_test_can_tell_a_refusal_from_an_allowance() {
    let app = TestApp::start().await;
    let nobody = app.client().with_token("chuan_khong-co");
    assert_eq!(may(&nobody, &Method::GET, "/me").await, "-");
    assert_eq!(may(&app.sign_in("truongdoan").await, &Method::GET, "/me").await, "x");
}

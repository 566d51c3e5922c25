//! What every write promises, whatever it is about: one effect for a retry, no lost update, nothing
//! torn, a trail that cannot be rewritten, and a clear refusal of anything that makes no sense.

use std::time::Duration;

use entities::{event, idempotency, unit};
use poem::http::Method;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value as Json, json};
use tests::{Answer, Client, TestApp};

async fn new_unit(app: &TestApp, code: &str) -> Json {
    json!({"code": code, "kind": "phong", "name": format!("Phòng thử {code}"), "parent_id": app.unit("MAU").await})
}

async fn with_key(client: &Client, key: &str, body: Json) -> Answer {
    client.json(Method::POST, "/api/v1/units", &[("idempotency-key", key)], body).await
}

async fn units_like(app: &TestApp, code: &str) -> u64 {
    unit::Entity::find().filter(unit::Column::Code.like(format!("{code}%"))).count(app.app.store.read()).await.unwrap()
}

#[tokio::test]
async fn a_retry_with_the_same_key_gets_the_same_answer_and_has_one_effect() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let body = new_unit(&app, "THU").await;
    let first = with_key(&admin, "a", body.clone()).await.expect(201);
    let again = with_key(&admin, "a", body.clone()).await.expect(201);
    assert_eq!((first.text(), first.etag()), (again.text(), again.etag()));
    assert_eq!(units_like(&app, "THU").await, 1);
    let other = with_key(&admin, "a", new_unit(&app, "THU-KHAC").await).await.expect(422);
    assert_eq!(other.code(), "idempotency_key_reused");
    with_key(&admin, "b", body).await.expect(422);
    assert_eq!(units_like(&app, "THU").await, 1, "without the key the second one meets the rule on codes");
}

#[tokio::test]
async fn a_key_belongs_to_one_person() {
    let app = TestApp::start().await;
    let (admin, operator) = (app.sign_in("quantri").await, app.sign_in("hethong").await);
    with_key(&admin, "same", new_unit(&app, "THU").await).await.expect(201);
    operator.json(Method::POST, "/api/v1/mails", &[("idempotency-key", "same")], json!({})).await.expect(201);
    assert_eq!(idempotency::Entity::find().count(app.app.store.read()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_refused_try_leaves_its_key_free() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let mut body = new_unit(&app, "THU").await;
    body["name"] = json!("");
    with_key(&admin, "a", body).await.expect(422);
    with_key(&admin, "a", new_unit(&app, "THU").await).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_retries_at_once_on_two_replicas_have_one_effect() {
    let app = TestApp::start().await;
    let here = app.sign_in("quantri").await;
    let there = if tests::on_postgres() { here.on(&app.replica().await) } else { here.clone() };
    let body = new_unit(&app, "THU").await;
    let tries = (0..10).map(|number| {
        let (client, body) = (if number % 2 == 0 { here.clone() } else { there.clone() }, body.clone());
        tokio::spawn(async move { with_key(&client, "a", body).await })
    });
    let mut answers = Vec::new();
    for answer in tries.collect::<Vec<_>>() {
        answers.push(answer.await.unwrap().expect(201).text());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(units_like(&app, "THU").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_conflicting_edits_exactly_one_wins_each_version() {
    let app = TestApp::start().await;
    let here = app.sign_in("quantri").await;
    let there = if tests::on_postgres() { here.on(&app.replica().await) } else { here.clone() };
    let path = format!("/api/v1/units/{}", here.post("/api/v1/units", new_unit(&app, "THU").await).await.expect(201).id());
    let mut version = 1;
    for round in 0..3 {
        let edits = (0..50).map(|number| {
            let client = if number % 2 == 0 { here.clone() } else { there.clone() };
            let (path, etag) = (path.clone(), format!("\"{version}\""));
            tokio::spawn(async move {
                let name = format!("Phòng {round}-{number}");
                let answer = client.patch(&path, &etag, json!({"name": name})).await;
                (answer.status.as_u16(), name)
            })
        });
        let mut won = Vec::new();
        for edit in edits.collect::<Vec<_>>() {
            match edit.await.unwrap() {
                (200, name) => won.push(name),
                (status, _) => assert_eq!(status, 412),
            }
        }
        assert_eq!(won.len(), 1, "{won:?}");
        version += 1;
        let now = here.get(&path).await.expect(200);
        assert_eq!((now.etag(), now.json()["name"].as_str()), (format!("\"{version}\""), Some(won[0].as_str())));
    }
}

#[tokio::test]
async fn a_change_without_the_version_seen_is_refused_and_one_with_an_old_version_too() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let path = format!("/api/v1/units/{}", app.unit("MAU-01").await);
    let none = admin.json(Method::PATCH, &path, &[], json!({"name": "Xã An"})).await.expect(428);
    assert_eq!(none.code(), "precondition_required");
    admin.patch(&path, "\"1\"", json!({"name": "Xã An"})).await.expect(200);
    let stale = admin.patch(&path, "\"1\"", json!({"name": "Xã Khác"})).await.expect(412);
    assert_eq!(stale.code(), "stale");
    for wrong in ["1x", "", "\"\"", "*", "\"99999999999999999999\""] {
        let status = admin.patch(&path, wrong, json!({"name": "Xã Khác"})).await.status.as_u16();
        assert!((400..500).contains(&status), "If-Match: {wrong}: {status}");
    }
    assert_eq!(admin.get(&path).await.expect(200).json()["name"], "Xã An");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_hangs_up_leaves_a_whole_write_or_none() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let bodies: Vec<Json> = futures(40, async |number| new_unit(&app, &format!("THU-{number:02}")).await).await;
    for (number, body) in bodies.into_iter().enumerate() {
        // The request is dropped after 0 to 8 ms, wherever it stands then.
        let request = admin.post("/api/v1/units", body);
        let _ = tokio::time::timeout(Duration::from_micros(200 * number as u64), request).await;
    }
    // Nothing is stuck: the next write gets through, and sees every earlier one.
    admin.post("/api/v1/units", new_unit(&app, "THU-XX").await).await.expect(201);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let units = unit::Entity::find().filter(unit::Column::Code.like("THU-%")).all(app.app.store.read()).await.unwrap();
    for unit in &units {
        let events =
            event::Entity::find().filter(event::Column::SubjectId.eq(unit.id.0)).count(app.app.store.read()).await.unwrap();
        let paths = entities::unit_path::Entity::find().filter(entities::unit_path::Column::DescendantId.eq(unit.id));
        let paths = paths.count(app.app.store.read()).await.unwrap();
        assert_eq!((events, paths), (1, 2), "{}", unit.code);
    }
    let events = event::Entity::find().filter(event::Column::Kind.eq("unit.created")).all(app.app.store.read()).await.unwrap();
    let ours = events
        .iter()
        .filter(|event| event.after.as_ref().is_some_and(|after| after["code"].as_str().unwrap().starts_with("THU-")));
    assert_eq!(ours.count(), units.len(), "every event has its unit");
}

async fn futures<T>(count: usize, make: impl AsyncFn(usize) -> T) -> Vec<T> {
    let mut made = Vec::new();
    for number in 0..count {
        made.push(make(number).await);
    }
    made
}

#[tokio::test]
async fn a_failed_write_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let count = async || event::Entity::find().count(app.app.store.read()).await.unwrap();
    let before = count().await;
    let mut body = new_unit(&app, "THU").await;
    body["kind"] = json!("khong-co");
    let status = with_key(&admin, "a", body).await.status.as_u16();
    assert!((400..500).contains(&status), "{status}");
    assert_eq!((count().await, units_like(&app, "THU").await), (before, 0));
    assert_eq!(idempotency::Entity::find().count(app.app.store.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn the_trail_can_be_added_to_and_nothing_else() {
    let app = TestApp::start().await;
    let db = app.app.store.read();
    let before = event::Entity::find().count(db).await.unwrap();
    assert!(before > 0);
    for statement in ["UPDATE event SET kind = 'x'", "UPDATE event SET reason = 'x'", "DELETE FROM event"] {
        assert!(db.execute_unprepared(statement).await.is_err(), "{statement}");
    }
    assert_eq!(event::Entity::find().count(db).await.unwrap(), before);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_and_one_below_is_read() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let limit = app.app.config.server.max_body_bytes;
    let send = async |bytes: usize| {
        let body = format!("{{\"login\":\"{}\"}}", "a".repeat(bytes - 12));
        admin.send(Method::POST, "/api/v1/sessions", &[("content-type", "application/json")], body).await
    };
    assert_eq!(send(limit + 1).await.expect(413).code(), "too_large");
    assert_ne!(send(limit).await.status.as_u16(), 413);
}

/// Words of parsers and databases; nobody who uses the product can do anything with them.
const INSIDE: [&str; 14] = [
    "line 1",
    "column",
    "expected",
    "EOF",
    "serde",
    "sqlx",
    "sqlite",
    "postgres",
    "SQL",
    "panick",
    "unwrap",
    "src/",
    ".rs",
    "NewUnitBody",
];

fn refused_in_our_words(answer: &Answer, what: &str) {
    let status = answer.status.as_u16();
    assert!((400..500).contains(&status), "{what}: {status}: {}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    let problem = answer.json();
    let mut said = vec![problem["title"].to_string(), problem["detail"].to_string()];
    said.extend(problem["errors"].as_array().into_iter().flatten().map(|error| error["detail"].to_string()));
    for word in INSIDE {
        assert!(!said.iter().any(|text| text.contains(word)), "{what}: «{word}» in {said:?}");
    }
    for text in &said {
        assert!(!text.contains("error.") && !text.contains("rule.") && !text.contains("problem_"), "{what}: no sentence: {text}");
    }
}

#[tokio::test]
async fn broken_bodies_are_refused_in_our_own_words() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let deep = "[".repeat(100_000);
    let good = new_unit(&app, "THU").await.to_string();
    let twice = good.replacen('{', "{\"code\":\"X\",", 1);
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", b"".to_vec()),
        ("half", b"{\"code\":".to_vec()),
        ("no object", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("a word", b"\"code\"".to_vec()),
        ("no JSON", b"code=1".to_vec()),
        ("not a number", b"{\"code\": NaN}".to_vec()),
        ("wrong type", b"{\"code\": 1, \"kind\": [], \"name\": {}, \"parent_id\": true}".to_vec()),
        ("no UUID", b"{\"code\": \"A\", \"kind\": \"phong\", \"name\": \"A\", \"parent_id\": \"1\"}".to_vec()),
        ("no date", good.replacen('{', "{\"valid_from\":\"2026-02-30\",", 1).into_bytes()),
        ("not UTF-8", b"{\"code\": \"\xff\xfe\"}".to_vec()),
        ("UTF-16", good.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("lone surrogate", b"{\"code\": \"\\ud800\"}".to_vec()),
        ("deep", deep.into_bytes()),
        ("huge number", b"{\"code\": 1e400}".to_vec()),
        ("two values", format!("{good}{good}").into_bytes()),
        ("unknown field", good.replacen('{', "{\"is_admin\": true,", 1).into_bytes()),
    ];
    for (what, body) in bodies {
        let answer = admin.send(Method::POST, "/api/v1/units", &[("content-type", "application/json")], body).await;
        refused_in_our_words(&answer, what);
    }
    let status = admin.send(Method::POST, "/api/v1/units", &[("content-type", "application/json")], twice).await.status;
    assert!(!status.is_server_error(), "{status}");
    let wrong_kind = admin.send(Method::POST, "/api/v1/units", &[("content-type", "text/plain")], good).await;
    refused_in_our_words(&wrong_kind, "text/plain");
    assert_eq!(wrong_kind.status.as_u16(), 415);
    assert!(units_like(&app, "THU").await <= 1);
}

#[tokio::test]
async fn what_cannot_be_seen_is_not_taken() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    for (what, name) in [
        ("control", "Xã\u{7}An"),
        ("escape", "Xã\u{1b}[31mAn"),
        ("right to left", "Xã \u{202e}An"),
        ("isolate", "Xã \u{2066}An"),
        ("line break in a name", "Xã\nAn"),
        ("blank", " \u{a0}\u{2003} "),
    ] {
        let mut body = new_unit(&app, "THU").await;
        body["name"] = json!(name);
        let answer = admin.post("/api/v1/units", body).await.expect(422);
        refused_in_our_words(&answer, what);
        assert_eq!(answer.json()["errors"][0]["pointer"], "/name", "{what}");
    }
    let mut nul = new_unit(&app, "THU").await;
    nul["name"] = json!("Xã\u{0}An");
    refused_in_our_words(&admin.post("/api/v1/units", nul).await.expect(400), "NUL");
    let sign_in = json!({"login": "quantri\u{0}", "password": "x"});
    refused_in_our_words(&app.client().post("/api/v1/sessions", sign_in).await.expect(400), "NUL in a login");
    app.client().form("/dang-nhap", &[("login", "quan\u{0}tri"), ("password", "x")]).await.expect(400);
    let mut decomposed = new_unit(&app, "THU").await;
    decomposed["name"] = json!("Xa\u{303} An Ma\u{302}\u{303}u");
    let made = admin.post("/api/v1/units", decomposed).await.expect(201).json();
    assert_eq!(made["name"], "Xã An Mẫu", "composed, as typed on other keyboards");
}

#[tokio::test]
async fn no_request_makes_the_server_stumble() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let long = "a".repeat(9_000);
    let paths = [
        "/api/v1/units/1",
        "/api/v1/units/%00",
        "/api/v1/units/%ff",
        "/api/v1/units/../../etc/passwd",
        "/api/v1/units?on=2026-13-01",
        "/api/v1/units?on=999999-01-01",
        "/api/v1/units?on=-0001-01-01",
        "/api/v1/units?limit=0",
        "/api/v1/units?limit=-1",
        "/api/v1/units?limit=99999999999999999999",
        "/api/v1/units?cursor=zz",
        "/api/v1/units?cursor=5b5d",
        "/api/v1/units?cursor=5b6e756c6c2c6e756c6c5d",
        "/api/v1/units?q=%25_%27%22%3B--",
        "/api/v1/units?q=%00",
        "/api/v1/units?q=%FF%FE",
        "/api/v1/units?level=%F0%9F%92%A9",
        "/api/v1/mails?state=nonsense",
        "/api/v1/reminders/preview?on=9999-12-31",
        "/api/v1/reminders/preview?on=0001-01-01",
        "/api/v1/calendar/deadline?from=9999-12-31&n=4294967295&unit=working_day",
        "/thu?state=nonsense",
        "/thu/1",
        "/thu?cursor=zz",
        "/khong-co",
        "/api/v1/khong-co",
        "//",
        "/%2e%2e/",
        &format!("/api/v1/units?q={long}"),
        &format!("/{long}"),
    ];
    let browser = app.browse("quantri").await;
    for path in paths {
        for client in [&admin, &browser, &app.client()] {
            for method in [Method::GET, Method::POST, Method::DELETE, Method::OPTIONS] {
                let status = client.send(method.clone(), path, &[], "").await.status;
                assert!(!status.is_server_error(), "{method} {path:.80}: {status}");
            }
        }
    }
    for (name, value) in [
        ("authorization", "Bearer"),
        ("authorization", "Basic YTpi"),
        ("authorization", "Bearer \u{1f4a9}"),
        ("cookie", "chuan_session=; chuan_session="),
        ("cookie", ";;;==;"),
        ("accept-language", "!!!"),
        ("idempotency-key", "\u{e9}"),
        ("content-type", "multipart/form-data"),
        ("content-type", "application/json; charset=utf-16"),
        ("x-forwarded-for", "' OR 1=1 --"),
        ("origin", "null"),
    ] {
        for path in ["/api/v1/units", "/dang-nhap", "/"] {
            let status = app.client().send(Method::POST, path, &[(name, value)], "{}").await.status;
            assert!(!status.is_server_error(), "{name}: {value} {path}: {status}");
        }
    }
}

/// Writes a row with something in every column that wants it, its parents first; the row's key.
async fn put(db: &sea_orm::DatabaseConnection, table: &str, n: u32) -> String {
    let all =
        async |sql: String| db.query_all_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let mut parents = std::collections::BTreeMap::new();
    for row in all(format!("PRAGMA foreign_key_list({table})")).await {
        let (column, parent): (String, String) = (row.try_get("", "from").unwrap(), row.try_get("", "table").unwrap());
        parents.insert(column, parent);
    }
    let (mut names, mut values, mut key) = (Vec::new(), Vec::new(), String::new());
    for row in all(format!("PRAGMA table_info({table})")).await {
        let (name, notnull, pk): (String, i32, i32) =
            (row.try_get("", "name").unwrap(), row.try_get("", "notnull").unwrap(), row.try_get("", "pk").unwrap());
        let own = format!("'{table}-{n}'");
        let value = match parents.get(&name) {
            // A finding that repeats another: the table points to itself.
            Some(parent) if parent == table && n > 1 => format!("'{table}-{}'", n - 1),
            Some(parent) if parent != table && notnull == 1 => Box::pin(put(db, parent, 1)).await,
            _ if pk == 1 => own.clone(),
            _ if notnull == 1 => own,
            _ => continue,
        };
        if pk == 1 {
            key.clone_from(&value);
        }
        names.push(name);
        values.push(value);
    }
    let sql = format!("INSERT OR IGNORE INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "));
    db.execute_unprepared(&sql).await.unwrap();
    key
}

#[tokio::test]
async fn the_step_that_frees_findings_from_inspections_keeps_every_row_and_what_points_to_it() {
    use migration::MigratorTrait as _;
    let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = sea_orm::Database::connect(options).await.unwrap();
    migration::Migrator::up(&db, Some(13)).await.unwrap();
    for n in [1, 2] {
        put(&db, "finding", n).await;
    }
    put(&db, "corrective_action", 1).await;
    let count = async |sql: &str| {
        let rows = db.query_all_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        rows.len()
    };
    assert_eq!(
        count("SELECT id FROM finding WHERE id = 'finding-1' OR repeat_of_id = 'finding-1'").await,
        2,
        "they are there before"
    );
    migration::Migrator::up(&db, None).await.unwrap();
    assert_eq!(count("SELECT id FROM finding WHERE inspection_id = 'inspection-1' AND sheet_line_id IS NULL").await, 2);
    assert_eq!(count("SELECT id FROM finding WHERE repeat_of_id = 'finding-1'").await, 1);
    assert_eq!(count("SELECT c.id FROM corrective_action c JOIN finding f ON f.id = c.finding_id").await, 1);
    assert_eq!(count("PRAGMA foreign_key_check").await, 0);
    // The keys still hold: a finding with an action cannot go.
    assert!(db.execute_unprepared("DELETE FROM finding WHERE id = 'finding-1'").await.is_err());
    assert!(db.execute_unprepared("UPDATE finding SET inspection_id = 'nowhere' WHERE id = 'finding-2'").await.is_err());
    assert!(db.execute_unprepared("UPDATE finding SET inspection_id = NULL WHERE id = 'finding-2'").await.is_ok());
}

//! The sample world comes and goes as a whole.

use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use tests::TestApp;

#[tokio::test]
async fn removing_the_sample_world_leaves_the_reference_data_and_an_installation_to_start_with() {
    let app = TestApp::start().await;
    app.sign_in("truongdoan").await.get("/api/v1/me").await.expect(200);
    api::sample::remove(&app.app.store).await.unwrap();
    let db = app.app.store.read();
    assert_eq!(entities::person::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(entities::unit::Entity::find().count(db).await.unwrap(), 0);
    assert!(entities::unit_kind::Entity::find().count(db).await.unwrap() > 0);
    assert!(!app.app.sample_world().await.unwrap());
    assert!(api::sample::remove(&app.app.store).await.is_err(), "a second removal is refused");
    api::sample::load_base(&app.app.store).await.unwrap();
    app.sign_in("truongdoan").await.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_sample_world_with_real_people_in_it_is_not_removed() {
    let app = TestApp::start().await;
    let new = api::people::NewPerson {
        full_name: "Người thật".into(),
        email: None,
        login: "that".into(),
        password_hash: "x".into(),
        sample: false,
    };
    let written = app.app.store.write(api::store::Writer::Cli, |tx| async move { api::people::create(&tx, new).await }).await;
    written.unwrap();
    assert!(api::sample::remove(&app.app.store).await.is_err());
    app.sign_in("truongdoan").await.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn the_whole_story_shows_every_state_of_the_chain() {
    let app = TestApp::start().await;
    api::sample::remove(&app.app.store).await.unwrap();
    api::sample::load(&app.app).await.unwrap();
    let client = app.sign_in("thukyiso").await;
    for state in ["planned", "notified", "in_progress", "follow_up"] {
        let found = if state == "planned" { app.sign_in("thukyiso.an").await } else { client.clone() };
        let page = found.get(&format!("/api/v1/inspections?state={state}")).await.expect(200).json();
        assert!(!page["items"].as_array().unwrap().is_empty(), "no inspection is {state}");
    }
    let lead = app.sign_in("truongdoan").await;
    for state in ["draft", "raised", "disputed", "withdrawn", "action_required", "closed"] {
        let page = lead.get(&format!("/api/v1/findings?state={state}")).await.expect(200).json();
        assert!(!page["items"].as_array().unwrap().is_empty(), "no finding is {state}");
    }
    for state in ["issued", "analysing", "plan_submitted", "in_execution", "closed_effective"] {
        let page = lead.get(&format!("/api/v1/corrective-actions?state={state}")).await.expect(200).json();
        assert!(!page["items"].as_array().unwrap().is_empty(), "no corrective action is {state}");
    }
    // The officer's sheet of this year: what is counted is shown, some of it not yet filled in, and saving goes through.
    let officer = app.browse("daumoi.an").await;
    let sheets = officer.get("/").await.expect(200).text().replace("&#x2f;", "/");
    let sheet = sheets.split("/phieu-cham-diem/").nth(1).expect("the sheet waits for its officer").split('"').next().unwrap();
    let sheet = format!("/phieu-cham-diem/{sheet}");
    let shown = officer.get(&sheet).await.expect(200).text();
    assert!(shown.contains("Hệ thống đếm được") && shown.contains("số hồ sơ nộp trực tuyến: "), "{shown}");
    officer.fill(&sheet, &format!("{sheet}/so-dem"), &[]).await.expect(303);
    assert_ne!(officer.get(&sheet).await.expect(200).text().len(), shown.len(), "the counted figures are filled in");
    let secretary = app.sign_in("thukyhoidong").await;
    for kind in ["task", "report", "petition", "apology", "proposal", "initiative", "training", "self_check"] {
        let page = secretary.get(&format!("/api/v1/work-items?kind={kind}")).await.expect(200).json();
        assert!(!page["items"].as_array().unwrap().is_empty(), "no row of the year's work is a {kind}");
    }
    let survey = secretary.get("/api/v1/surveys?state=closed").await.expect(200).json()["items"][0]["id"].clone();
    let results = secretary.get(&format!("/api/v1/surveys/{}/results", survey.as_str().unwrap())).await.expect(200).json();
    let hidden = results["items"].as_array().unwrap().iter().filter(|one| !one["hidden"].is_null()).count();
    assert_eq!((results["items"].as_array().unwrap().len(), hidden), (3, 1));
    api::sample::remove(&app.app.store).await.unwrap();
    assert_eq!(entities::work_item::Entity::find().count(app.app.store.read()).await.unwrap(), 0);
    assert_eq!(entities::survey_form::Entity::find().count(app.app.store.read()).await.unwrap(), 0);
}

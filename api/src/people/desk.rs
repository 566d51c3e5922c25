//! `/nhan-su`: people, their logins and roles; `/tai-khoan`: one's own password and tokens.

use domain::id::{AssignmentId, MembershipId, PersonId, TokenId, UnitId};
use domain::permission::{Permission, Role, Span};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::part::{Choice, Listing, Pager, Search};
use render::views::people::{Account, Act, Issued, NewPerson, People, Person, PersonRow, PlaceRow, RoleRow, TokenRow};

use super::{accounts, records, roles, tokens};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::{Slice, link};
use crate::web::{self, Login, Posted};

/// Adds the pages of people.
pub(super) fn routes(tree: Route) -> Route {
    tree.at("/nhan-su", get(list_page).post(add))
        .at("/nhan-su/moi", get(new_page))
        .at("/nhan-su/:id", get(person_page))
        .at("/nhan-su/:id/sua", post(edit))
        .at("/nhan-su/:id/don-vi", post(join))
        .at("/nhan-su/:id/vai-tro", post(grant))
        .at("/nhan-su/:id/tai-khoan", post(open))
        .at("/nhan-su/:id/mat-khau", post(reset))
        .at("/nhan-su/:id/khoa", post(shut))
        .at("/nhan-su/:id/don-vi/:place/ket-thuc", post(end_place))
        .at("/nhan-su/:id/vai-tro/:role/ket-thuc", post(end_role))
        .at("/tai-khoan", get(account_page))
        .at("/tai-khoan/mat-khau", post(change_password))
        .at("/tai-khoan/ma", post(make_token))
        .at("/tai-khoan/ma/:id/thu-hoi", post(revoke_token))
}

/// The query of the list.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    don_vi: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

#[handler]
async fn list_page(
    login: Login<can::ReadPeople>,
    app: Data<&App>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let slice = Slice::new(None, asked.cursor.as_deref())?;
    let unit: Option<UnitId> = asked.don_vi.as_deref().and_then(|id| id.parse().ok());
    let q = asked.q.clone().filter(|q| !q.trim().is_empty());
    let filter = records::Filter { unit, q: q.clone(), disabled: true };
    let rows = records::list(app.store.read(), &login, &filter, &slice).await?;
    let here = link("/nhan-su", &[("don_vi", unit.map(|id| id.to_string())), ("q", q.clone())]);
    let show = |row: records::Listed| {
        let place = row.places.into_iter().next();
        PersonRow {
            href: format!("/nhan-su/{}", row.person.id),
            name: row.person.full_name,
            position: place.as_ref().and_then(|place| place.row.position.clone()).unwrap_or_default(),
            unit: place.map(|place| place.unit).unwrap_or_default(),
        }
    };
    let (rows, next) = slice.page(rows, &here, |row| (row.person.search_text.clone().into(), row.person.id.0), show);
    let keep = unit.map(|id| ("don_vi".to_owned(), id.to_string())).into_iter().collect();
    let list = Listing {
        rows,
        pager: Pager { next, first: asked.cursor.is_some().then(|| here.clone()) },
        chips: Vec::new(),
        search: Some(Search { action: "/nhan-su".to_owned(), q: q.clone().unwrap_or_default(), keep }),
        clear: (q.is_some() || unit.is_some()).then(|| "/nhan-su".to_owned()),
    };
    let view = People { list, new_href: login.may(Permission::ManagePeople).then(|| "/nhan-su/moi".to_owned()) };
    web::page(&app, &login, web::say(&app, "people.title", &[]), &web::path_of(request), &view).await
}

/// Units of the caller's administration, to choose from.
async fn unit_choices(app: &App, caller: &Caller) -> Result<Vec<Choice>> {
    let rows = records::units_to_choose(app.store.read(), caller, Permission::ManagePeople).await?;
    Ok(rows.into_iter().map(|row| Choice::new(row.id.to_string(), row.name)).collect())
}

#[handler]
async fn new_page(login: Login<can::ManagePeople>, app: Data<&App>, request: &Request) -> Result<Response> {
    let view = NewPerson { form: web::fresh_form(None), units: unit_choices(&app, &login).await? };
    web::page(&app, &login, web::say(&app, "people.new", &[]), &web::path_of(request), &view).await
}

/// What was typed, `None` when nothing was.
fn typed(form: &Form, field: &str) -> Option<String> {
    Some(form.value(field).trim().to_owned()).filter(|text| !text.is_empty())
}

#[handler]
async fn add(app: Data<&App>, posted: Posted<can::ManagePeople>) -> Result<Response> {
    let (caller, form) = (&posted.caller, posted.form);
    let input = records::Input {
        full_name: form.value("full_name").to_owned(),
        email: typed(&form, "email"),
        unit_id: form.value("unit_id").parse().ok(),
        position: typed(&form, "position"),
        login: typed(&form, "login"),
    };
    match records::add(&app.store, caller, input).await {
        Ok((row, Some(issued))) => issued_page(&app, caller, row.id, issued).await,
        Ok((row, None)) => Ok(web::done(&format!("/nhan-su/{}", row.id), "person_changed")),
        Err(error) => {
            let title = web::say(&app, "people.new", &[]);
            let units = unit_choices(&app, caller).await?;
            web::again(&app, caller, title, "/nhan-su/moi", form, error, async |form| Ok(NewPerson { form, units })).await
        }
    }
}

#[handler]
async fn person_page(
    login: Login<can::UseOwnAccount>,
    app: Data<&App>,
    request: &Request,
    Path(id): Path<PersonId>,
) -> Result<Response> {
    let (title, view) = view(&app, &login, id).await?;
    web::page(&app, &login, title, &web::path_of(request), &view).await
}

/// The page of a person right after a password was given out: the only time it is shown.
async fn issued_page(app: &App, caller: &Caller, id: PersonId, issued: super::Issued) -> Result<Response> {
    let (title, view) = view(app, caller, id).await?;
    let view = Person { issued: Some(Issued { login: issued.login, password: issued.password }), ..view };
    web::page(app, caller, title, &format!("/nhan-su/{id}"), &view).await
}

/// A person with their name as title. Only acts that would be allowed have a form.
async fn view(app: &App, caller: &Caller, id: PersonId) -> Result<(String, Person)> {
    let db = app.store.read();
    let found = records::find(db, caller, id).await?;
    let keeps = caller.may(Permission::ManagePeople);
    let gives = if caller.person == id { Vec::new() } else { roles::to_give(db, caller).await? };
    let names = crate::units::names(db, found.roles.iter().map(|row| row.unit_id)).await?;
    let version = found.person.version;
    let act = |name: &str, allowed: bool| {
        allowed.then(|| Act { href: format!("/nhan-su/{id}/{name}"), form: web::fresh_form(Some(version)).with_id(name) })
    };
    let choice = |key: &str, code: &str| Choice::new(code, web::say(app, &format!("{key}.{code}"), &[]));
    let row_form = |row: uuid::Uuid, version: i64| web::fresh_form(Some(version)).with_id(row.to_string());
    let lasts = |to: Option<chrono::NaiveDate>| to.is_none_or(|last| last >= caller.today);
    let places = found.places.into_iter().map(|place| PlaceRow {
        end: (keeps && lasts(place.row.valid_to)).then(|| format!("/nhan-su/{id}/don-vi/{}/ket-thuc", place.row.id)),
        form: row_form(place.row.id.0, place.row.version),
        unit: place.unit,
        position: place.row.position.unwrap_or_default(),
        from: place.row.valid_from,
        to: place.row.valid_to,
    });
    let held = found.roles.into_iter().map(|row| RoleRow {
        end: (gives.contains(&row.role) && lasts(row.valid_to)).then(|| format!("/nhan-su/{id}/vai-tro/{}/ket-thuc", row.id)),
        form: row_form(row.id.0, row.version),
        role: row.role.to_string(),
        span: row.span.to_string(),
        unit: names.get(&row.unit_id).cloned().unwrap_or_default(),
        from: row.valid_from,
        to: row.valid_to,
    });
    let (has_login, enabled) = (found.login.is_some(), found.person.disabled_at.is_none());
    let mut change = act("sua", keeps);
    if let Some(change) = &mut change {
        change.form.set("full_name", found.person.full_name.clone()).set("email", found.person.email.clone().unwrap_or_default());
    }
    let page = Person {
        issued: None,
        disabled: !enabled,
        places: Listing::plain(places.collect()),
        roles: Listing::plain(held.collect()),
        edit: change,
        join: act("don-vi", keeps && enabled),
        grant: act("vai-tro", !gives.is_empty() && enabled),
        open: act("tai-khoan", keeps && enabled && !has_login),
        reset: act("mat-khau", keeps && enabled && has_login),
        shut: act("khoa", keeps && caller.person != id),
        units: if keeps { unit_choices(app, caller).await? } else { Vec::new() },
        role_choices: gives.iter().map(|role| choice(Role::KEY, role.code())).collect(),
        spans: Span::ALL.iter().map(|span| choice(Span::KEY, span.code())).collect(),
        email: found.person.email,
        login: found.login,
    };
    Ok((found.person.full_name, page))
}

/// Back to the person, or the page again with what is wrong in the act of that name.
async fn after<T>(
    app: &App,
    caller: &Caller,
    id: PersonId,
    name: &str,
    form: Form,
    outcome: Result<T>,
    flash: &str,
) -> Result<Response> {
    let path = format!("/nhan-su/{id}");
    let Err(error) = outcome else { return Ok(web::done(&path, flash)) };
    let (title, mut page) = view(app, caller, id).await?;
    web::again(app, caller, title, &path, form.with_id(name), error, async |form| {
        put_back(&mut page, form);
        Ok(page)
    })
    .await
}

/// Puts a form that came back into its place on the page.
fn put_back(page: &mut Person, form: Form) {
    let acts = [&mut page.edit, &mut page.join, &mut page.grant, &mut page.open, &mut page.reset, &mut page.shut];
    let acts = acts.into_iter().flatten().map(|act| &mut act.form);
    let places = page.places.rows.iter_mut().map(|row| &mut row.form);
    let roles = page.roles.rows.iter_mut().map(|row| &mut row.form);
    if let Some(own) = acts.chain(places).chain(roles).find(|own| own.id == form.id) {
        *own = form.compare(own);
    }
}

#[handler]
async fn edit(app: Data<&App>, Path(id): Path<PersonId>, posted: Posted<can::ManagePeople>) -> Result<Response> {
    let (version, form) = (web::seen(&posted.form)?, posted.form);
    let change = records::Change {
        full_name: Some(form.value("full_name").to_owned()),
        email: Some(form.value("email").to_owned()),
        disabled: None,
    };
    let outcome = records::change(&app.store, &posted.caller, id, version, change).await;
    after(&app, &posted.caller, id, "sua", form, outcome, "person_changed").await
}

#[handler]
async fn join(app: Data<&App>, Path(id): Path<PersonId>, posted: Posted<can::ManagePeople>) -> Result<Response> {
    let form = posted.form;
    let input = records::MembershipInput {
        unit_id: form.value("unit_id").parse().ok(),
        position: typed(&form, "position"),
        valid_from: form.value("valid_from").parse().ok(),
        valid_to: None,
    };
    let outcome = records::add_membership(&app.store, &posted.caller, id, input).await;
    after(&app, &posted.caller, id, "don-vi", form, outcome, "membership_saved").await
}

#[handler]
async fn grant(app: Data<&App>, Path(id): Path<PersonId>, posted: Posted<can::Grant>) -> Result<Response> {
    let form = posted.form;
    let outcome = match grant_input(&form, id) {
        Ok(input) => roles::give(&app.store, &posted.caller, input).await,
        Err(error) => Err(error),
    };
    after(&app, &posted.caller, id, "vai-tro", form, outcome, "role_given").await
}

fn grant_input(form: &Form, person_id: PersonId) -> Result<roles::Input> {
    let (role, unit, span) = (form.value("role").parse(), form.value("unit_id").parse(), form.value("span").parse());
    let mut problems = domain::draft::Problems::new();
    problems.check(role.is_err(), "role", "required");
    problems.check(unit.is_err(), "unit_id", "required");
    problems.check(span.is_err(), "span", "required");
    let reason = problems.text("reason", form.value("reason"), 500);
    problems.finish()?;
    let (Ok(role), Ok(unit_id), Ok(span)) = (role, unit, span) else { return Err(Error::field("role", "required")) };
    Ok(roles::Input { person_id, role, unit_id, span, valid_from: None, valid_to: form.value("valid_to").parse().ok(), reason })
}

#[handler]
async fn open(app: Data<&App>, Path(id): Path<PersonId>, posted: Posted<can::ManagePeople>) -> Result<Response> {
    match accounts::open(&app.store, &posted.caller, id, posted.form.value("login").to_owned()).await {
        Ok(issued) => issued_page(&app, &posted.caller, id, issued).await,
        Err(error) => after::<()>(&app, &posted.caller, id, "tai-khoan", posted.form, Err(error), "").await,
    }
}

#[handler]
async fn reset(app: Data<&App>, Path(id): Path<PersonId>, posted: Posted<can::ManagePeople>) -> Result<Response> {
    let issued = accounts::reset(&app.store, &posted.caller, id).await?;
    issued_page(&app, &posted.caller, id, issued).await
}

#[handler]
async fn shut(app: Data<&App>, Path(id): Path<PersonId>, posted: Posted<can::ManagePeople>) -> Result<Response> {
    let version = web::seen(&posted.form)?;
    let disabled = records::find(app.store.read(), &posted.caller, id).await?.person.disabled_at.is_some();
    let change = records::Change { disabled: Some(!disabled), ..records::Change::default() };
    records::change(&app.store, &posted.caller, id, version, change).await?;
    Ok(web::done(&format!("/nhan-su/{id}"), "person_changed"))
}

#[handler]
async fn end_place(
    app: Data<&App>,
    Path((id, place)): Path<(PersonId, MembershipId)>,
    posted: Posted<can::ManagePeople>,
) -> Result<Response> {
    let (version, form) = (web::seen(&posted.form)?, posted.form);
    let outcome = records::end_membership(&app.store, &posted.caller, place, version, form.value("last_day").parse().ok()).await;
    after(&app, &posted.caller, id, &place.to_string(), form, outcome, "membership_saved").await
}

#[handler]
async fn end_role(
    app: Data<&App>,
    Path((id, role)): Path<(PersonId, AssignmentId)>,
    posted: Posted<can::Grant>,
) -> Result<Response> {
    let (version, form) = (web::seen(&posted.form)?, posted.form);
    let outcome = roles::end(&app.store, &posted.caller, role, version, None, form.value("reason").to_owned()).await;
    after(&app, &posted.caller, id, &role.to_string(), form, outcome, "role_ended").await
}

#[handler]
async fn account_page(login: Login<can::UseOwnAccount>, app: Data<&App>, request: &Request) -> Result<Response> {
    let view = account(&app, &login).await?;
    web::page(&app, &login, web::say(&app, "account.title", &[]), &web::path_of(request), &view).await
}

async fn account(app: &App, caller: &Caller) -> Result<Account> {
    let (db, now) = (app.store.read(), app.store.clock().now());
    let label = |permission: &Permission| web::say(app, &format!("permission.{permission}"), &[]);
    let mut rows = Vec::new();
    for row in tokens::list(db, caller).await? {
        let may: Vec<Permission> = serde_json::from_value(row.permissions.clone())?;
        rows.push(TokenRow {
            revoke: tokens::works(&row, now).then(|| format!("/tai-khoan/ma/{}/thu-hoi", row.id)),
            form: web::fresh_form(None).with_id(row.id.to_string()),
            name: row.name,
            permissions: may.iter().map(label).collect(),
            expires_at: row.expires_at,
            used_at: row.used_at,
        });
    }
    let own = Permission::ALL.iter().filter(|permission| caller.may(**permission));
    Ok(Account {
        login: records::find(db, caller, caller.person).await?.login.unwrap_or_default(),
        must_change: caller.session.is_some() && caller.limit.is_some(),
        password: web::fresh_form(None).with_id("password"),
        tokens: Listing::plain(rows),
        secret: None,
        token: web::fresh_form(None).with_id("token"),
        permissions: own.map(|permission| Choice::new(permission.code(), label(permission))).collect(),
    })
}

#[handler]
async fn change_password(app: Data<&App>, posted: Posted<can::UseOwnAccount>) -> Result<Response> {
    let mut form = posted.form;
    match accounts::change_own(&app, &posted.caller, form.value("password"), form.value("new_password")).await {
        Ok(()) => Ok(web::done("/tai-khoan", "password_changed")),
        Err(error) => {
            form.set("password", "").set("new_password", "");
            let (caller, title) = (&posted.caller, web::say(&app, "account.title", &[]));
            web::again(&app, caller, title, "/tai-khoan", form.with_id("password"), error, async |password| {
                Ok(Account { password, ..account(&app, caller).await? })
            })
            .await
        }
    }
}

#[handler]
async fn make_token(app: Data<&App>, posted: Posted<can::UseOwnAccount>) -> Result<Response> {
    let (caller, form) = (&posted.caller, posted.form);
    let chosen = Permission::ALL.iter().copied().filter(|permission| form.value(&format!("permissions/{permission}")) == "yes");
    let input = tokens::Input {
        name: form.value("name").to_owned(),
        permissions: chosen.collect(),
        days: form.value("days").trim().parse().unwrap_or_default(),
    };
    let title = web::say(&app, "account.title", &[]);
    match tokens::create(&app.store, caller, input).await {
        Ok(made) => {
            let view = Account { secret: made.secret, ..account(&app, caller).await? };
            web::page(&app, caller, title, "/tai-khoan", &view).await
        }
        Err(error) => {
            web::again(&app, caller, title, "/tai-khoan", form.with_id("token"), error, async |token| {
                Ok(Account { token, ..account(&app, caller).await? })
            })
            .await
        }
    }
}

#[handler]
async fn revoke_token(app: Data<&App>, Path(id): Path<TokenId>, posted: Posted<can::UseOwnAccount>) -> Result<Response> {
    tokens::revoke(&app.store, &posted.caller, id).await?;
    Ok(web::done("/tai-khoan", "token_revoked"))
}

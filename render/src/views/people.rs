//! People, their roles, and one's own account.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::part::{Choice, Listing, Search};
use crate::{Form, View};

/// A person in a list.
#[derive(Clone, Debug, Serialize)]
pub struct PersonRow {
    /// Their page.
    pub href: String,
    /// Full name.
    pub name: String,
    /// Position.
    pub position: String,
    /// Unit.
    pub unit: String,
}

/// People of one's units.
#[derive(Clone, Debug, Serialize)]
pub struct People {
    /// The list.
    pub list: Listing<PersonRow>,
    /// Where one is added, for who may.
    pub new_href: Option<String>,
}

impl View for People {
    const TEMPLATE: &'static str = "people/list.html";

    fn samples() -> Vec<Self> {
        let row = PersonRow {
            href: "/nhan-su/x".to_owned(),
            name: "Nguyễn Thị Ánh Nguyệt".to_owned(),
            position: "Phó Chủ tịch phụ trách cải cách hành chính".to_owned(),
            unit: "Ủy ban nhân dân xã Ia Pa".to_owned(),
        };
        let search = Some(Search { action: "/nhan-su".to_owned(), q: "nguyet".to_owned(), keep: Vec::new() });
        vec![
            Self { list: Listing { search, ..Listing::plain(vec![row]) }, new_href: Some("/nhan-su/moi".to_owned()) },
            Self { list: Listing::plain(Vec::new()), new_href: None },
        ]
    }
}

/// A person to be added.
#[derive(Clone, Debug, Serialize)]
pub struct NewPerson {
    /// The form.
    pub form: Form,
    /// Units to choose from.
    pub units: Vec<Choice>,
}

impl View for NewPerson {
    const TEMPLATE: &'static str = "people/new.html";

    fn samples() -> Vec<Self> {
        let units = vec![Choice::new("x", "Xã An Mẫu")];
        let mut wrong = Form { once: "k".to_owned(), ..Form::default() };
        wrong.set("full_name", "A").error("email", "Địa chỉ thư điện tử chưa đúng dạng.");
        vec![Self { form: Form::default(), units: units.clone() }, Self { form: wrong, units }]
    }
}

/// A login with its password, shown only now.
#[derive(Clone, Debug, Serialize)]
pub struct Issued {
    /// Login.
    pub login: String,
    /// One-time password; none when the form was sent twice.
    pub password: Option<String>,
}

/// Where a person belongs.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceRow {
    /// Unit.
    pub unit: String,
    /// Position.
    pub position: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Where it is ended, for who may.
    pub end: Option<String>,
    /// The form for that.
    pub form: Form,
}

/// A role of a person.
#[derive(Clone, Debug, Serialize)]
pub struct RoleRow {
    /// Code of the role.
    pub role: String,
    /// Code of the span.
    pub span: String,
    /// Unit.
    pub unit: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Where it is ended, for who may.
    pub end: Option<String>,
    /// The form for that.
    pub form: Form,
}

/// A form with where it goes.
#[derive(Clone, Debug, Serialize)]
pub struct Act {
    /// Its address.
    pub href: String,
    /// The form.
    pub form: Form,
}

/// One person.
#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// E-mail address.
    pub email: Option<String>,
    /// Login.
    pub login: Option<String>,
    /// Whether they may not sign in.
    pub disabled: bool,
    /// A password just given out.
    pub issued: Option<Issued>,
    /// Where they belong and belonged.
    pub places: Listing<PlaceRow>,
    /// Roles.
    pub roles: Listing<RoleRow>,
    /// Change name and address.
    pub edit: Option<Act>,
    /// Let them belong to a unit.
    pub join: Option<Act>,
    /// Give a role.
    pub grant: Option<Act>,
    /// Open a login.
    pub open: Option<Act>,
    /// Reset the password.
    pub reset: Option<Act>,
    /// Disable or enable.
    pub shut: Option<Act>,
    /// Units to choose from.
    pub units: Vec<Choice>,
    /// Roles to choose from.
    pub role_choices: Vec<Choice>,
    /// Spans to choose from.
    pub spans: Vec<Choice>,
}

impl View for Person {
    const TEMPLATE: &'static str = "people/page.html";

    fn samples() -> Vec<Self> {
        let day = NaiveDate::from_ymd_opt(2025, 7, 1).unwrap_or_default();
        let act = |id: &str| {
            Some(Act {
                href: format!("/nhan-su/x/{id}"),
                form: Form { version: Some(1), once: "k".to_owned(), ..Form::default() }.with_id(id),
            })
        };
        let place = PlaceRow {
            unit: "Xã An Mẫu".to_owned(),
            position: "Công chức Tư pháp - Hộ tịch".to_owned(),
            from: day,
            to: None,
            end: None,
            form: Form::default(),
        };
        let role = RoleRow {
            role: "head".to_owned(),
            span: "subtree".to_owned(),
            unit: "Xã An Mẫu".to_owned(),
            from: day,
            to: Some(day),
            end: None,
            form: Form::default(),
        };
        let seen = Self {
            email: None,
            login: None,
            disabled: false,
            issued: None,
            places: Listing::plain(vec![place.clone()]),
            roles: Listing::plain(Vec::new()),
            edit: None,
            join: None,
            grant: None,
            open: None,
            reset: None,
            shut: None,
            units: Vec::new(),
            role_choices: Vec::new(),
            spans: Vec::new(),
        };
        let kept = Self {
            email: Some("ten@mau.example".to_owned()),
            login: Some("congchuc.an".to_owned()),
            disabled: true,
            issued: Some(Issued { login: "congchuc.an".to_owned(), password: Some("abcd-efgh-jkmn-pqrs".to_owned()) }),
            places: Listing::plain(vec![PlaceRow {
                end: Some("/thuoc/x/ket-thuc".to_owned()),
                form: Form::default().with_id("p1"),
                ..place
            }]),
            roles: Listing::plain(vec![RoleRow {
                end: Some("/vai-tro/x/ket-thuc".to_owned()),
                form: Form::default().with_id("r1"),
                ..role
            }]),
            edit: act("sua"),
            join: act("thuoc"),
            grant: act("vai-tro"),
            open: act("tai-khoan"),
            reset: act("mat-khau"),
            shut: act("khoa"),
            units: vec![Choice::new("x", "Xã An Mẫu")],
            role_choices: vec![Choice::new("head", "Người đứng đầu")],
            spans: vec![Choice::new("own", "Riêng đơn vị")],
        };
        vec![seen, kept]
    }
}

/// A token of one's own.
#[derive(Clone, Debug, Serialize)]
pub struct TokenRow {
    /// Name.
    pub name: String,
    /// What it may, in words.
    pub permissions: Vec<String>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used.
    pub used_at: Option<DateTime<Utc>>,
    /// Where it is revoked; none when it works no more.
    pub revoke: Option<String>,
    /// The form for that.
    pub form: Form,
}

/// One's own account.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Login.
    pub login: String,
    /// The password was given out by someone else: choose one's own first.
    pub must_change: bool,
    /// Change of the password.
    pub password: Form,
    /// Tokens.
    pub tokens: Listing<TokenRow>,
    /// A token just made: its secret.
    pub secret: Option<String>,
    /// A new token.
    pub token: Form,
    /// What a token may.
    pub permissions: Vec<Choice>,
}

impl View for Account {
    const TEMPLATE: &'static str = "people/account.html";

    fn samples() -> Vec<Self> {
        let row = TokenRow {
            name: "Kịch bản số liệu".to_owned(),
            permissions: vec!["Xem danh mục dùng chung".to_owned()],
            expires_at: DateTime::default(),
            used_at: None,
            revoke: Some("/tai-khoan/ma/x/thu-hoi".to_owned()),
            form: Form::default().with_id("t1"),
        };
        let first = Self {
            login: "moi.dong".to_owned(),
            must_change: true,
            password: Form::default().with_id("password"),
            tokens: Listing::plain(Vec::new()),
            secret: None,
            token: Form::default().with_id("token"),
            permissions: Vec::new(),
        };
        let later = Self {
            must_change: false,
            tokens: Listing::plain(vec![row.clone(), TokenRow { revoke: None, used_at: Some(DateTime::default()), ..row }]),
            secret: Some("chuan_0123456789abcdef".to_owned()),
            permissions: vec![Choice::new("read_reference", "Xem danh mục dùng chung")],
            ..first.clone()
        };
        vec![first, later]
    }
}

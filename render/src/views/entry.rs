//! The way in: signing in, and the page of an installation nobody has set up yet.

use serde::Serialize;

use crate::{Form, View};

/// The sign-in page; fields `login` and `password`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignIn {
    /// Login as typed, and what was wrong. Never holds the password.
    pub form: Form,
    /// Whether a form was sent after the session had ended.
    pub ended: bool,
    /// Where to go afterwards: a path of this site.
    pub next: Option<String>,
    /// Sample logins to show; only ever filled in the sample world.
    pub samples: Vec<SampleLogin>,
}

/// A login of the sample world.
#[derive(Clone, Debug, Serialize)]
pub struct SampleLogin {
    /// Login.
    pub login: String,
    /// Password.
    pub password: String,
    /// Whose it is: position and unit.
    pub who: String,
}

impl View for SignIn {
    const TEMPLATE: &'static str = "entry/sign_in.html";

    fn samples() -> Vec<Self> {
        let mut refused = Self::default();
        refused.form.set("login", "h.nay").error("", "Tên đăng nhập hoặc mật khẩu không đúng.");
        refused.next = Some("/inspections?state=planned".to_owned());
        let samples = vec![SampleLogin {
            login: "truongdoan".to_owned(),
            password: "mau-2026".to_owned(),
            who: "Trưởng đoàn kiểm tra, Sở Nội vụ".to_owned(),
        }];
        vec![Self::default(), Self { ended: true, ..Self::default() }, refused, Self { samples, ..Self::default() }]
    }
}

/// Shown on every address while nobody can sign in yet: there is no default password.
#[derive(Clone, Debug, Serialize)]
pub struct FirstStart {
    /// The command that creates the first person, as to be typed on this machine.
    pub command: String,
    /// The command that loads the sample world instead.
    pub sample_command: String,
}

impl Default for FirstStart {
    fn default() -> Self {
        Self { command: "chuan admin create-person".to_owned(), sample_command: "chuan sample load".to_owned() }
    }
}

impl View for FirstStart {
    const TEMPLATE: &'static str = "entry/first_start.html";

    fn samples() -> Vec<Self> {
        vec![Self::default()]
    }
}

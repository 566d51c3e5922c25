//! The frame around every page: who is signed in, where they are, what just happened.

use serde::Serialize;

use crate::Lang;

/// What every page shows besides its own content. Without one no page can be drawn.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Shell {
    /// Language of the page.
    pub lang: Lang,
    /// Title of the page, also its first heading.
    pub title: String,
    /// Who is signed in; `None` on pages before sign-in and public ones.
    pub person: Option<ShellPerson>,
    /// Token that every form of this page sends back.
    pub csrf: String,
    /// What the last act brought about, shown once.
    pub flash: Vec<Flash>,
    /// Path and query of this page.
    pub path: String,
    /// Places the person may go, most used first: phones show the first three in the bottom
    /// bar and the rest under «Thêm».
    pub nav: Vec<NavItem>,
    /// Whether this installation holds the sample world.
    pub sample_world: bool,
    /// Id of this request, for the person to quote to support.
    pub request_id: String,
}

/// The person signed in.
#[derive(Clone, Debug, Serialize)]
pub struct ShellPerson {
    /// Full name.
    pub name: String,
    /// Position held, as their unit words it.
    pub position: String,
    /// Name of the unit.
    pub unit: String,
}

/// A message about the act just done.
#[derive(Clone, Debug, Serialize)]
pub struct Flash {
    /// How it went.
    pub kind: FlashKind,
    /// The sentence, already in the reader's language.
    pub text: String,
}

/// How an act went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashKind {
    /// Done.
    Success,
    /// Done, with something to look at.
    Warning,
    /// Not done.
    Error,
}

/// A place in the navigation.
#[derive(Clone, Debug, Serialize)]
pub struct NavItem {
    /// Its name in the catalogue is `nav.<key>`, its short one for phones `nav_short.<key>`;
    /// also picks the icon.
    pub key: String,
    /// Where it leads.
    pub href: String,
    /// Whether this page belongs to it.
    pub active: bool,
    /// How many things wait there.
    pub count: Option<u64>,
}

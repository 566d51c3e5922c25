//! Typed data to HTML pages, mails and official papers. It is given everything and can ask
//! for nothing: no database, no clock, no network.
//!
//! A page is a [`View`] (the data), its template in `templates/` and its words in
//! `templates/messages/`. `docs/pages.md` shows how to add one.

pub mod assets;
pub mod catalogue;
mod field_names;
mod filters;
pub mod fonts;
pub mod form;
pub mod papers;
pub mod qr;
pub mod ranking_file;
pub mod sheets;
pub mod shell;
pub mod view;
pub mod views;

pub use catalogue::{Catalogue, Lang};
pub use form::Form;
pub use shell::{Flash, FlashKind, NavItem, Shell, ShellPerson};
pub use view::{Mail, MailText, RenderError, Renderer, View};

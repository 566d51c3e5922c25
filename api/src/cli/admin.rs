//! `chuan admin …`: the first administrator, lost passwords, roles, from the server's own console.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use anyhow::Context as _;
use api::config::Config;
use api::people::founding::{self, Founder};
use clap::Subcommand;
use domain::permission::{Role, Span};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Make a person with a login. The password is asked for; left empty, a one-time password is printed.
    CreatePerson {
        /// Login.
        #[arg(long)]
        login: String,
        /// Full name.
        #[arg(long)]
        name: String,
        /// E-mail address.
        #[arg(long)]
        email: Option<String>,
        /// A role at once, as business_admin.
        #[arg(long, requires = "unit", value_parser = parse_role)]
        role: Option<Role>,
        /// Code of the unit they belong to and hold the role at.
        #[arg(long)]
        unit: Option<String>,
        /// A file that holds the password, instead of asking.
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
    /// Set a new one-time password; open sessions end.
    ResetPassword {
        /// Login.
        #[arg(long)]
        login: String,
        /// A file that holds the password, instead of making one.
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
    /// Give a role.
    Grant {
        /// Login.
        #[arg(long)]
        login: String,
        /// The role.
        #[arg(long, value_parser = parse_role)]
        role: Role,
        /// Code of the unit.
        #[arg(long)]
        unit: String,
        /// own | subtree
        #[arg(long, value_parser = parse_span)]
        span: Option<Span>,
    },
    /// List everyone with a login.
    ListPeople,
}

fn parse_role(text: &str) -> Result<Role, String> {
    let roles = || Role::ALL.iter().filter(|role| role.assignable()).map(|role| role.code()).collect::<Vec<_>>().join(", ");
    text.parse().map_err(|_unknown: domain::draft::UnknownCode| roles())
}

fn parse_span(text: &str) -> Result<Span, String> {
    text.parse().map_err(|_unknown: domain::draft::UnknownCode| "own, subtree".to_owned())
}

/// Does it, and gives what to print.
pub async fn run(config: &Config, what: Admin) -> anyhow::Result<String> {
    let store = super::store(config).await?;
    match what {
        Admin::CreatePerson { login, name, email, role, unit, password_file } => {
            let password = match &password_file {
                Some(file) => Some(from_file(file)?),
                None => ask()?,
            };
            let founder = Founder { login: login.clone(), name, email, password, role, unit };
            let made = super::said(founding::create_person(&store, founder).await)?;
            Ok(format!("Đã tạo tài khoản {login}.\n{}", one_time(made)))
        }
        Admin::ResetPassword { login, password_file } => {
            let password = password_file.as_ref().map(from_file).transpose()?;
            let made = super::said(founding::reset_password(&store, &login, password).await)?;
            Ok(format!("Đã đặt lại mật khẩu của {login}.\n{}", one_time(made)))
        }
        Admin::Grant { login, role, unit, span } => {
            super::said(founding::grant(&store, &login, role, &unit, span).await)?;
            Ok(format!("Đã giao vai trò {role} tại {unit} cho {login}.\n"))
        }
        Admin::ListPeople => {
            let people = super::said(founding::list_people(&store).await)?;
            let line = |person: founding::Listed| {
                let roles: Vec<_> = person.roles.iter().map(|role| role.code()).collect();
                format!(
                    "{}\t{}\t{}\t{}\n",
                    person.login,
                    person.name,
                    if person.enabled { "mở" } else { "khóa" },
                    roles.join(",")
                )
            };
            Ok(people.into_iter().map(line).collect())
        }
    }
}

fn one_time(made: Option<String>) -> String {
    made.map(|password| format!("Mật khẩu dùng một lần: {password}\n")).unwrap_or_default()
}

fn from_file(file: &PathBuf) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// One line from the console or a pipe; empty means: make one.
fn ask() -> anyhow::Result<Option<String>> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Mật khẩu (ít nhất 12 ký tự, sẽ hiện khi gõ; để trống thì tạo mật khẩu dùng một lần):");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']);
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

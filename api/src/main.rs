//! The one binary, `chuan`.

mod cli;

use std::path::PathBuf;
use std::process::ExitCode;

use api::app::App;
use api::clock::Clock;
use api::config::Config;
use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

/// Quality management and compliance audits for Vietnamese local government.
#[derive(Debug, Parser)]
#[command(name = "chuan", version)]
struct Arguments {
    /// Configuration file (TOML); CHUAN__SECTION__KEY variables override it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and API, and run the jobs.
    Serve {
        /// Leave the jobs to `chuan work`.
        #[arg(long)]
        no_jobs: bool,
    },
    /// Run the jobs only.
    Work,
    /// Bring the schema up.
    Migrate,
    /// Print the OpenAPI document.
    Openapi,
    /// Reference data from files.
    Import {
        #[command(subcommand)]
        what: cli::import::Import,
    },
    /// People and roles, from the server's own console.
    Admin {
        #[command(subcommand)]
        what: cli::admin::Admin,
    },
    /// Count a deadline; needs no database.
    Deadline(cli::deadline::Deadline),
    /// Score units by a criteria set; needs no database.
    Score(cli::score::Score),
    /// Look whether everything the installation needs is in order.
    Doctor,
    /// The sample world (thế giới mẫu).
    Sample {
        #[command(subcommand)]
        what: Sample,
    },
}

#[derive(Debug, Subcommand)]
enum Sample {
    /// Load it into an empty installation.
    Load {
        /// Leave an installation that has people already as it is.
        #[arg(long)]
        if_empty: bool,
    },
    /// Remove it with everything done in it; reference data stays.
    Remove,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_unset| "info,sqlx=warn".into()))
        .init();
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("chuan: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if let Command::Deadline(question) = &arguments.command {
        print(&cli::deadline::run(question)?);
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Score(question) = &arguments.command {
        print(&cli::score::run(question)?);
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(arguments.config.as_deref())?;
    let done: anyhow::Result<()> = match arguments.command {
        Command::Serve { no_jobs } => {
            let app = ready(config).await?;
            let sample_world = app.sample_world().await?;
            let logins = if sample_world { api::sample::logins() } else { Vec::new() };
            anyhow::ensure!(
                !(sample_world && app.config.install.production),
                "the sample world is loaded: `chuan sample remove` takes it away before production"
            );
            api::server::check_listen(&app.config, sample_world)?;
            api::server::serve(app, !no_jobs, stop_on_signal(), |address| greet(address, &logins)).await
        }
        Command::Work => {
            let app = ready(config).await?;
            api::jobs::work(app, stop_on_signal()).await;
            Ok(())
        }
        Command::Migrate => {
            migrated(config, Clock::system()).await?;
            Ok(())
        }
        Command::Import { what } => {
            print(&cli::import::run(&config, what).await?);
            Ok(())
        }
        Command::Admin { what } => {
            print(&cli::admin::run(&config, what).await?);
            Ok(())
        }
        Command::Doctor => {
            let (report, good) = cli::doctor::run(&config).await;
            print(&report);
            return Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Deadline(_) | Command::Score(_) => Ok(()),
        Command::Sample { what: Sample::Load { if_empty } } => {
            // The story of the sample world is told with a clock that moves through the past months.
            let app = migrated(config, Clock::fixed(Clock::system().now())).await?;
            if if_empty && !api::installation::is_empty(app.store.read()).await? {
                Ok(())
            } else {
                cli::said(api::sample::load(&app).await)
            }
        }
        Command::Sample { what: Sample::Remove } => {
            let app = ready(config).await?;
            for sha256 in cli::said(api::sample::remove(&app.store).await)? {
                app.blobs.delete(&sha256).await?;
            }
            Ok(())
        }
        Command::Openapi => {
            print(&api::app::openapi_document()?);
            Ok(())
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// The application on a schema that this command brings up to date.
async fn migrated(config: Config, clock: Clock) -> anyhow::Result<App> {
    let app = App::build(config, clock).await?;
    app.store.migrate().await?;
    api::installation::load_reference(&app.store).await?;
    Ok(app)
}

/// The application on a schema that is up to date. SQLite migrates itself; PostgreSQL must have been migrated.
async fn ready(config: Config) -> anyhow::Result<App> {
    let app =
        if config.embedded() { migrated(config, Clock::system()).await? } else { App::build(config, Clock::system()).await? };
    let pending = app.store.pending_migrations().await.map_err(anyhow::Error::new)?;
    anyhow::ensure!(pending == 0, "{pending} migrations are pending; run `chuan migrate` first");
    Ok(app)
}

fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let signal = stop.clone();
    tokio::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal as on};
        if let Ok(mut terminate) = on(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        signal.cancel();
    });
    stop
}

/// Says where it listens and, in the sample world, who can sign in.
fn greet(address: std::net::SocketAddr, logins: &[render::views::entry::SampleLogin]) {
    use std::fmt::Write as _;
    let mut text = format!("chuan: http://{address}\n");
    if !logins.is_empty() {
        text.push_str("\nThế giới mẫu; mỗi vai trò một tài khoản:\n\n");
        let width = logins.iter().map(|login| login.login.len()).max().unwrap_or_default();
        for login in logins {
            let _ = writeln!(text, "  {:width$}  {}  {}", login.login, login.password, login.who);
        }
    }
    print(&text);
}

#[expect(clippy::print_stdout, reason = "what the command was asked for")]
fn print(text: &str) {
    print!("{text}");
    let _ = std::io::Write::flush(&mut std::io::stdout());
}

//! The one binary, `chuan`.

mod cli;

use std::path::PathBuf;
use std::process::ExitCode;

use api::app::App;
use api::clock::Clock;
use api::config::Config;
use api::store::Store;
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
    Load,
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
    let config = Config::load(arguments.config.as_deref())?;
    let done: anyhow::Result<()> = match arguments.command {
        Command::Serve { no_jobs } => {
            let app = ready(config).await?;
            let stop = stop_on_signal();
            api::server::serve(app, !no_jobs, stop, |address| eprintln!("chuan: http://{address}")).await
        }
        Command::Work => {
            let app = ready(config).await?;
            api::jobs::work(app, stop_on_signal()).await;
            Ok(())
        }
        Command::Migrate => {
            let store = Store::open(&config, Clock::system()).await?;
            store.migrate().await?;
            Ok(api::installation::load_reference(&store).await?)
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
        Command::Deadline(_) => Ok(()),
        Command::Sample { what: Sample::Load } => {
            let store = Store::open(&config, Clock::system()).await?;
            store.migrate().await?;
            api::installation::load_reference(&store).await?;
            cli::said(api::sample::load(&store).await)
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

/// The application on a schema that is up to date. SQLite migrates itself; PostgreSQL must have been migrated.
async fn ready(config: Config) -> anyhow::Result<App> {
    let embedded = config.embedded();
    let app = App::build(config, Clock::system()).await?;
    if embedded {
        app.store.migrate().await?;
        api::installation::load_reference(&app.store).await?;
    }
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

#[expect(clippy::print_stdout, reason = "what the command was asked for")]
fn print(text: &str) {
    print!("{text}");
}

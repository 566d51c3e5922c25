//! `chuan doctor`: one line for everything the installation needs, and whether it is so.

use std::path::Path;
use std::time::Duration;

use api::clock::Clock;
use api::config::{Config, Storage, Transport};
use api::store::Store;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};

/// Most seconds the clocks of this machine and the database may differ.
const SKEW_S: i64 = 5;

/// What one look found: in order with a note, or not.
type Found = Result<String, String>;

/// Looks at everything. Gives the lines, and whether all is in order.
pub async fn run(config: &Config) -> (String, bool) {
    let mut report = Vec::new();
    match Store::open(config, Clock::system()).await {
        Ok(store) => {
            report.push(("cơ sở dữ liệu", Ok(kind(config).to_owned())));
            report.push(("cấu trúc dữ liệu", migrations(&store).await));
            report.push(("ghi bền vững", durability(&store).await));
            report.push(("đồng hồ", clock(&store).await));
        }
        Err(error) => report.push(("cơ sở dữ liệu", Err(format!("{error:#}")))),
    }
    report.push(("đường gửi thư", mail(config).await));
    report.push(("kho minh chứng", evidence(config)));
    report.push(("tệp tải dở", writable(&config.evidence.upload_folder)));
    report.push(("phông chữ", fonts()));
    let good = report.iter().all(|(_, found)| found.is_ok());
    let line = |(what, found): &(&str, Found)| match found {
        Ok(note) => format!("đạt        {what}: {note}\n"),
        Err(note) => format!("không đạt  {what}: {note}\n"),
    };
    (report.iter().map(line).collect(), good)
}

fn kind(config: &Config) -> &'static str {
    if config.embedded() { "SQLite" } else { "PostgreSQL" }
}

async fn migrations(store: &Store) -> Found {
    match store.pending_migrations().await {
        Ok(0) => Ok("mới nhất".to_owned()),
        Ok(pending) => Err(format!("còn {pending} bước, chạy `chuan migrate`")),
        Err(error) => Err(error.to_string()),
    }
}

async fn ask<T: sea_orm::TryGetable>(store: &Store, question: &str) -> Result<T, String> {
    let db = store.read();
    let row =
        db.query_one_raw(Statement::from_string(db.get_database_backend(), question)).await.map_err(|error| error.to_string())?;
    let row = row.ok_or_else(|| format!("{question}: không trả lời"))?;
    row.try_get_by_index(0).map_err(|error| error.to_string())
}

async fn durability(store: &Store) -> Found {
    if store.read().get_database_backend() == DatabaseBackend::Sqlite {
        let (journal, synchronous) =
            (ask::<String>(store, "PRAGMA journal_mode").await?, ask::<i32>(store, "PRAGMA synchronous").await?);
        let note = format!("journal_mode={journal}, synchronous={synchronous}");
        return if journal == "wal" && synchronous >= 2 { Ok(note) } else { Err(note) };
    }
    let mut off = Vec::new();
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        if ask::<String>(store, &format!("SHOW {setting}")).await? == "off" {
            off.push(setting);
        }
    }
    if off.is_empty() {
        Ok("fsync, synchronous_commit, full_page_writes đều bật".to_owned())
    } else {
        Err(format!("đang tắt {}", off.join(", ")))
    }
}

async fn clock(store: &Store) -> Found {
    let theirs: DateTime<Utc> = if store.read().get_database_backend() == DatabaseBackend::Sqlite {
        let seconds: i64 = ask(store, "SELECT CAST(strftime('%s','now') AS INTEGER)").await?;
        DateTime::from_timestamp(seconds, 0).unwrap_or_default()
    } else {
        ask(store, "SELECT now()").await?
    };
    let skew = (store.clock().now() - theirs).num_seconds().abs();
    if skew <= SKEW_S {
        Ok(format!("lệch {skew} giây"))
    } else {
        Err(format!("lệch {skew} giây so với cơ sở dữ liệu"))
    }
}

async fn mail(config: &Config) -> Found {
    match config.mail.transport {
        Transport::Folder => writable(&config.mail.folder),
        Transport::Smtp => {
            let address = (config.mail.smtp_host.as_str(), config.mail.smtp_port);
            let name = format!("{}:{}", address.0, address.1);
            match tokio::time::timeout(Duration::from_secs(5), tokio::net::TcpStream::connect(address)).await {
                Ok(Ok(_open)) => Ok(format!("nối được {name}")),
                Ok(Err(error)) => Err(format!("{name}: {error}")),
                Err(_elapsed) => Err(format!("{name}: không trả lời trong 5 giây")),
            }
        }
    }
}

fn evidence(config: &Config) -> Found {
    match config.evidence.storage {
        Storage::File => writable(&config.evidence.folder),
        Storage::S3 => Err("evidence.storage = \"s3\" chưa có trong bản này".to_owned()),
    }
}

/// Whether a file can be made, synced and taken away in a folder.
fn writable(folder: &str) -> Found {
    let probe = Path::new(folder).join(format!(".doctor-{}", std::process::id()));
    let tried = std::fs::create_dir_all(folder).and_then(|()| {
        let file = std::fs::File::create(&probe)?;
        file.sync_all()?;
        std::fs::remove_file(&probe)
    });
    match tried {
        Ok(()) => Ok(format!("ghi được {folder}")),
        Err(error) => Err(format!("{folder}: {error}")),
    }
}

fn fonts() -> Found {
    match (render::fonts::family_used(), render::fonts::hash()) {
        (Ok(family), Ok(hash)) => Ok(format!("{family} ({})", hash.get(..12).unwrap_or(hash))),
        _ => Err("không tìm thấy phông chữ tiếng Việt để in văn bản".to_owned()),
    }
}

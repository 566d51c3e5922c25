//! Where the bytes are: named by their SHA-256, written and synced before any row names them.

use std::path::PathBuf;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload};

use crate::auth::session::sha256_hex;
use crate::config::{Config, Storage};
use crate::error::{Error, Result};

/// The storage of evidence and rendered papers.
#[derive(Clone, Debug)]
pub struct Blobs {
    objects: Arc<dyn ObjectStore>,
    /// The folder to sync after a write, on the file system.
    folder: Option<PathBuf>,
}

/// Bytes that are in the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Their SHA-256, in hex: their name.
    pub sha256: String,
    /// How many.
    pub size: i64,
}

impl Blobs {
    /// Opens the configured storage.
    ///
    /// # Errors
    /// A folder that cannot be made, or a storage that is not built in.
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        match config.evidence.storage {
            Storage::File => {
                let folder = PathBuf::from(&config.evidence.folder);
                std::fs::create_dir_all(&folder)?;
                let objects = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
                Ok(Self { objects: Arc::new(objects), folder: Some(folder) })
            }
            Storage::S3 => Ok(Self { objects: s3(config)?, folder: None }),
        }
    }

    /// Stores bytes. When it returns they are on disk under their hash, the folder entry included.
    ///
    /// # Errors
    /// 503 when the storage is away or full; nothing is half-named.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<Stored> {
        let sha256 = sha256_hex(&bytes);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let (place, bytes) = (place(&sha256), PutPayload::from(bytes));
        let options = PutOptions { mode: PutMode::Create, ..Default::default() };
        match self.objects.put_opts(&place, bytes.clone(), options).await {
            Ok(_) => {}
            // Known bytes: what is there is looked at, and made good when it has rotted.
            Err(object_store::Error::AlreadyExists { .. }) => {
                if matches!(self.get(&sha256).await, Err(Error::Internal(_))) {
                    self.objects.put(&place, bytes).await.map_err(away)?;
                }
            }
            Err(error) => return Err(away(error)),
        }
        self.sync_folder(&sha256).await?;
        Ok(Stored { sha256, size })
    }

    /// The bytes of a hash, checked against it.
    ///
    /// # Errors
    /// Not there, or not what was stored: never hands out changed evidence.
    pub async fn get(&self, sha256: &str) -> Result<Vec<u8>> {
        let object = self.objects.get(&place(sha256)).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => {
                Error::Internal(anyhow::anyhow!("evidence {sha256} is missing from the storage"))
            }
            other => away(other),
        })?;
        let bytes = object.bytes().await.map_err(away)?;
        if sha256_hex(&bytes) != sha256 {
            return Err(Error::Internal(anyhow::anyhow!("evidence {sha256} has changed in the storage")));
        }
        Ok(bytes.to_vec())
    }

    /// Deletes bytes. Only the removal of the sample world does this.
    ///
    /// # Errors
    /// 503 when the storage is away.
    pub async fn delete(&self, sha256: &str) -> Result<()> {
        match self.objects.delete(&place(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::Unavailable(format!("evidence storage: {error}"))),
        }
    }

    async fn sync_folder(&self, sha256: &str) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let (above, folder) = (folder.clone(), folder.join(sha256.get(..2).unwrap_or_default()));
        let sync = |folder: PathBuf| std::fs::File::open(folder).and_then(|folder| folder.sync_all());
        tokio::task::spawn_blocking(move || sync(folder).and_then(|()| sync(above)))
            .await
            .map_err(|error| Error::Internal(error.into()))?
            .map_err(|error| Error::Unavailable(format!("evidence storage: {error}")))
    }
}

/// An S3 storage, addressed by path, which must know conditional creation (`If-None-Match: *`).
#[cfg(feature = "s3")]
fn s3(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
    // TLS by ring; a second call finds the first one's choice, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = &config.evidence;
    let secret = crate::config::secret(&settings.s3_secret_key_file, "evidence.s3_secret_key_file")?;
    let secret = secret.ok_or_else(|| anyhow::anyhow!("configuration: evidence.s3_secret_key_file is missing"))?;
    for (key, value) in
        [("s3_endpoint", &settings.s3_endpoint), ("s3_bucket", &settings.s3_bucket), ("s3_access_key", &settings.s3_access_key)]
    {
        anyhow::ensure!(!value.is_empty(), "configuration: evidence.{key} is missing");
    }
    let patience =
        object_store::RetryConfig { max_retries: 2, retry_timeout: std::time::Duration::from_secs(15), ..Default::default() };
    let objects = AmazonS3Builder::new()
        .with_endpoint(settings.s3_endpoint.trim_end_matches('/'))
        .with_bucket_name(&settings.s3_bucket)
        .with_region(&settings.s3_region)
        .with_access_key_id(&settings.s3_access_key)
        .with_secret_access_key(secret)
        .with_allow_http(settings.s3_endpoint.starts_with("http://"))
        .with_virtual_hosted_style_request(false)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_retry(patience)
        .build()?;
    Ok(Arc::new(objects))
}

#[cfg(not(feature = "s3"))]
fn s3(_: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    anyhow::bail!("configuration: evidence.storage = \"s3\" is not built into this program")
}

fn away(error: object_store::Error) -> Error {
    Error::Unavailable(format!("evidence storage: {error}"))
}

/// `ab/abcdef…`: at most 256 folders.
fn place(sha256: &str) -> Path {
    Path::from_iter([sha256.get(..2).unwrap_or_default(), sha256])
}

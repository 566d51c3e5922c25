//! Passwords: argon2id, hashed off the async threads.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use domain::draft::Problems;
use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Error, Result};

/// Shortest password.
pub const SHORTEST: usize = 12;
/// Longest password.
pub const LONGEST: usize = 128;

/// Checks length; any characters are welcome.
pub fn check(problems: &mut Problems, field: &str, password: &str) {
    let length = password.nfc().count();
    if length < SHORTEST {
        problems.add_with(field, "password_too_short", vec![("min", SHORTEST.to_string())]);
    }
    if length > LONGEST {
        problems.add_with(field, "too_long", vec![("max", LONGEST.to_string())]);
    }
}

/// Hashes a password (argon2id, 19 MiB, 2 passes).
///
/// # Errors
/// Internal only.
pub async fn hash(password: &str) -> Result<String> {
    let password: String = password.nfc().collect();
    blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| Error::Internal(anyhow::anyhow!("hashing: {error}")))
    })
    .await
}

/// Whether the password fits. Without a hash it takes as long and is false, so that an unknown
/// login cannot be told by the time.
///
/// # Errors
/// Internal only.
pub async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y2h1YW4tbm9ib2R5LXNhbHQ$7UwrNdEnBHXO7lTOHPfr5b4BRyZXW8oRuBmGpKZ5cVM";
    let password: String = password.nfc().collect();
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
    blocking(move || {
        let parsed = PasswordHash::new(&hash).map_err(|error| Error::Internal(anyhow::anyhow!("stored hash: {error}")))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::Internal(anyhow::anyhow!("{error}"))))
}

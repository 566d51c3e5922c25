//! The JSON API of this area: a thin adapter over its use cases.

use poem_openapi::OpenApi;

/// Operations of this area.
#[derive(Debug)]
pub struct CorrectiveActionsApi;

#[OpenApi]
impl CorrectiveActionsApi {}

//! The pages of this area: a thin adapter over its use cases.

use poem::Route;

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree
}

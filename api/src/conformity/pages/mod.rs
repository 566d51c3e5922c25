use poem::Route;
/// stub
#[must_use]
pub fn routes(tree: Route) -> Route { tree }

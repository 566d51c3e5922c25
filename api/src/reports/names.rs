//! How papers name units, people, places and days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::id::{PersonId, UnitId};
use domain::time::vietnam;
use entities::{membership, person, unit, unit_path};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::error::Result;

/// A person as papers name them.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) position: String,
}

/// Units whose agency is a people's committee, and which name the place of a paper.
const TERRITORIES: &[&str] =
    &["thanh_pho_trung_uong", "tinh", "quan", "huyen", "thi_xa", "thanh_pho", "phuong", "xa", "thi_tran", "dac_khu"];

/// A unit and those above it, nearest first.
///
/// # Errors
/// The database's.
pub(crate) async fn units_above(db: &impl ConnectionTrait, id: UnitId) -> Result<Vec<unit::Model>> {
    let paths = unit_path::Entity::find()
        .filter(unit_path::Column::DescendantId.eq(id))
        .order_by_asc(unit_path::Column::Depth)
        .all(db)
        .await?;
    let rows = unit::Entity::find().filter(unit::Column::Id.is_in(paths.iter().map(|path| path.ancestor_id))).all(db).await?;
    Ok(paths.iter().filter_map(|path| rows.iter().find(|row| row.id == path.ancestor_id).cloned()).collect())
}

/// Names with the position and unit held on the day.
pub(crate) async fn people(
    db: &impl ConnectionTrait,
    ids: BTreeSet<PersonId>,
    on: NaiveDate,
) -> Result<BTreeMap<PersonId, Known>> {
    let names = person::Entity::find().filter(person::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let homes = membership::Entity::find()
        .filter(membership::Column::PersonId.is_in(ids))
        .filter(membership::Column::ValidFrom.lte(on))
        .filter(Condition::any().add(membership::Column::ValidTo.is_null()).add(membership::Column::ValidTo.gte(on)))
        .order_by_desc(membership::Column::ValidFrom)
        .all(db)
        .await?;
    let units = unit::Entity::find().filter(unit::Column::Id.is_in(homes.iter().map(|home| home.unit_id))).all(db).await?;
    let known = |row: person::Model| {
        let home = homes.iter().find(|home| home.person_id == row.id);
        let unit = home.and_then(|home| units.iter().find(|unit| unit.id == home.unit_id)).map(agency);
        let position = home.and_then(|home| home.position.clone());
        let position = [position, unit].into_iter().flatten().collect::<Vec<_>>().join(", ");
        (row.id, Known { name: row.full_name, position })
    };
    Ok(names.into_iter().map(known).collect())
}

/// The agency of a unit as it stands in a sentence: of a territory its people's committee.
#[must_use]
pub(crate) fn agency(row: &unit::Model) -> String {
    if is_committee(row) { format!("Ủy ban nhân dân {}", lower_first(&row.name)) } else { row.name.clone() }
}

/// Whether the agency of a unit is a people's committee.
#[must_use]
pub(crate) fn is_committee(row: &unit::Model) -> bool {
    TERRITORIES.contains(&row.kind_code.as_str())
}

/// The abbreviation of an agency in a document's symbol: UBND, else the first letters of its name («Sở Nội vụ» has
/// SNV). The registrar may give another.
#[must_use]
pub(crate) fn agency_symbol(row: &unit::Model) -> String {
    if is_committee(row) {
        return "UBND".to_owned();
    }
    initials(&row.name)
}

fn initials(name: &str) -> String {
    let words = name.split_whitespace().take_while(|word| !["tỉnh", "thành"].contains(word)).filter(|word| *word != "và");
    words.filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).take(8).collect()
}

/// Địa danh: the name of the nearest territory without its kind, unless that is a number.
#[must_use]
pub(crate) fn place_name(above: &[unit::Model]) -> String {
    let Some(territory) = above.iter().find(|row| is_committee(row)) else {
        return "……".to_owned();
    };
    const KINDS: &[&str] = &["Thành phố", "Tỉnh", "Quận", "Huyện", "Thị xã", "Phường", "Xã", "Thị trấn", "Đặc khu"];
    let name = &territory.name;
    let bare = KINDS.iter().find_map(|kind| name.strip_prefix(kind)).map_or(name.as_str(), str::trim);
    if bare.is_empty() || bare.starts_with(|c: char| c.is_ascii_digit()) { name.clone() } else { bare.to_owned() }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The lines of a text that a person typed, without list marks.
pub(crate) fn paragraphs(text: Option<&str>) -> Vec<String> {
    let lines = text.unwrap_or_default().lines();
    lines
        .map(|line| line.trim().trim_start_matches(['-', '+', '*', '•']).trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

pub(crate) fn civil(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&vietnam()).naive_local()
}

/// «ngày 05 tháng 3 năm 2026».
pub(crate) fn long_date(date: NaiveDate) -> String {
    use chrono::Datelike as _;
    let month = if date.month() < 3 { format!("{:02}", date.month()) } else { date.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_is_abbreviated_by_the_first_letters_of_its_name() {
        for (name, expected) in [
            ("Sở Nội vụ", "SNV"),
            ("Sở Khoa học và Công nghệ tỉnh Mẫu", "SKHCN"),
            ("Trung tâm Phục vụ hành chính công", "TTPVHCC"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}

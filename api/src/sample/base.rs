//! Units, people and roles of tỉnh Mẫu.

use chrono::NaiveDate;
use domain::id::{MembershipId, PersonId, UnitId};
use domain::permission::{Role, Span};
use domain::rule::Refused;
use entities::{assignment, membership, person};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, PaginatorTrait as _};

use super::World;
use crate::error::{Error, Result};
use crate::people::{NewPerson, create as create_person};
use crate::store::Tx;
use crate::units::{NewUnit, create as create_unit};

/// The one password of every sample login.
pub const PASSWORD: &str = "mau-2026-chuan";

/// A unit of the sample world.
#[derive(Debug)]
pub struct SampleUnit {
    /// Own code.
    pub code: &'static str,
    /// Code of the unit above.
    pub parent: Option<&'static str>,
    /// Code of its kind.
    pub kind: &'static str,
    /// Name.
    pub name: &'static str,
}

/// The units, parents first.
pub const UNITS: &[SampleUnit] = &[
    SampleUnit { code: "MAU", parent: None, kind: "tinh", name: "Tỉnh Mẫu" },
    SampleUnit { code: "MAU-SNV", parent: Some("MAU"), kind: "so", name: "Sở Nội vụ tỉnh Mẫu" },
    SampleUnit { code: "MAU-SKHCN", parent: Some("MAU"), kind: "so", name: "Sở Khoa học và Công nghệ tỉnh Mẫu" },
    SampleUnit { code: "MAU-01", parent: Some("MAU"), kind: "xa", name: "Xã An Mẫu" },
    SampleUnit { code: "MAU-01-VP", parent: Some("MAU-01"), kind: "phong", name: "Văn phòng HĐND và UBND xã An Mẫu" },
    SampleUnit {
        code: "MAU-01-HCC",
        parent: Some("MAU-01"),
        kind: "trung_tam",
        name: "Trung tâm Phục vụ hành chính công xã An Mẫu",
    },
    SampleUnit { code: "MAU-02", parent: Some("MAU"), kind: "xa", name: "Xã Bình Mẫu" },
    SampleUnit {
        code: "MAU-02-HCC",
        parent: Some("MAU-02"),
        kind: "trung_tam",
        name: "Trung tâm Phục vụ hành chính công xã Bình Mẫu",
    },
    SampleUnit { code: "MAU-03", parent: Some("MAU"), kind: "phuong", name: "Phường Châu Mẫu" },
    SampleUnit { code: "MAU-04", parent: Some("MAU"), kind: "xa", name: "Xã Đông Mẫu" },
];

/// A person of the sample world, named by function.
#[derive(Debug)]
pub struct SamplePerson {
    /// Login.
    pub login: &'static str,
    /// Name: the function.
    pub name: &'static str,
    /// Position as their unit words it.
    pub position: &'static str,
    /// Home unit.
    pub unit: &'static str,
    /// Roles: role, unit, span.
    pub roles: &'static [(Role, &'static str, Span)],
    /// Whether the login is printed at the start: one a role.
    pub show: bool,
}

const fn person(
    login: &'static str,
    name: &'static str,
    position: &'static str,
    unit: &'static str,
    roles: &'static [(Role, &'static str, Span)],
    show: bool,
) -> SamplePerson {
    SamplePerson { login, name, position, unit, roles, show }
}

/// Everyone of the sample world.
pub const LOGINS: &[SamplePerson] = &[
    person(
        "quantri",
        "Quản trị nghiệp vụ tỉnh Mẫu",
        "Quản trị nghiệp vụ",
        "MAU-SNV",
        &[(Role::BusinessAdmin, "MAU", Span::Subtree)],
        true,
    ),
    person(
        "hethong",
        "Quản trị hệ thống tỉnh Mẫu",
        "Quản trị hệ thống",
        "MAU-SKHCN",
        &[(Role::SystemAdmin, "MAU", Span::Own)],
        true,
    ),
    person(
        "giamsat",
        "Giám sát nhật ký tỉnh Mẫu",
        "Giám sát nhật ký",
        "MAU-SKHCN",
        &[(Role::SecurityAuditor, "MAU", Span::Subtree)],
        true,
    ),
    person("thukyiso", "Thư ký ISO Sở Nội vụ", "Thư ký ISO", "MAU-SNV", &[(Role::IsoSecretary, "MAU-SNV", Span::Own)], true),
    person(
        "lanhdao",
        "Giám đốc Sở Nội vụ",
        "Giám đốc Sở",
        "MAU-SNV",
        &[(Role::OrderingAuthority, "MAU-SNV", Span::Own), (Role::Head, "MAU-SNV", Span::Own)],
        true,
    ),
    person("vanthu", "Văn thư Sở Nội vụ", "Văn thư", "MAU-SNV", &[(Role::Registrar, "MAU-SNV", Span::Own)], true),
    person(
        "truongdoan",
        "Trưởng đoàn kiểm tra",
        "Trưởng phòng Cải cách hành chính",
        "MAU-SNV",
        &[(Role::Employee, "MAU-SNV", Span::Own)],
        true,
    ),
    person("thanhvien", "Thành viên đoàn kiểm tra", "Chuyên viên", "MAU-SNV", &[(Role::Employee, "MAU-SNV", Span::Own)], true),
    person("thukydoan", "Thư ký đoàn kiểm tra", "Chuyên viên", "MAU-SNV", &[(Role::Employee, "MAU-SNV", Span::Own)], true),
    person(
        "chuyencongtac",
        "Chuyên viên mới chuyển từ xã Bình Mẫu",
        "Chuyên viên",
        "MAU-SNV",
        &[(Role::Employee, "MAU-SNV", Span::Own)],
        false,
    ),
    person(
        "thukyhoidong",
        "Thư ký hội đồng thẩm định",
        "Phó Trưởng phòng Cải cách hành chính",
        "MAU-SNV",
        &[(Role::CouncilSecretary, "MAU", Span::Subtree)],
        true,
    ),
    person("thamdinh1", "Người thẩm định Sở Nội vụ", "Chuyên viên", "MAU-SNV", &[(Role::Appraiser, "MAU", Span::Subtree)], true),
    person(
        "thamdinh2",
        "Người thẩm định Sở Khoa học và Công nghệ",
        "Chuyên viên",
        "MAU-SKHCN",
        &[(Role::Appraiser, "MAU", Span::Subtree)],
        false,
    ),
    person(
        "congbo1",
        "Người duyệt công bố thứ nhất",
        "Ủy viên UBND tỉnh",
        "MAU",
        &[(Role::Publisher, "MAU", Span::Subtree)],
        true,
    ),
    person(
        "congbo2",
        "Người duyệt công bố thứ hai",
        "Ủy viên UBND tỉnh",
        "MAU",
        &[(Role::Publisher, "MAU", Span::Subtree)],
        false,
    ),
    person(
        "chutich.an",
        "Chủ tịch UBND xã An Mẫu",
        "Chủ tịch UBND xã",
        "MAU-01",
        &[(Role::Head, "MAU-01", Span::Subtree), (Role::OrderingAuthority, "MAU-01", Span::Own)],
        true,
    ),
    person(
        "daumoi.an",
        "Cán bộ đầu mối xã An Mẫu",
        "Công chức Văn phòng - Thống kê",
        "MAU-01",
        &[(Role::DataOfficer, "MAU-01", Span::Subtree)],
        true,
    ),
    person(
        "congchuc.an",
        "Công chức xã An Mẫu",
        "Công chức Tư pháp - Hộ tịch",
        "MAU-01",
        &[(Role::Employee, "MAU-01", Span::Own)],
        true,
    ),
    person(
        "thukyiso.an",
        "Thư ký ISO xã An Mẫu",
        "Thư ký ISO",
        "MAU-01",
        &[(Role::IsoSecretary, "MAU-01", Span::Subtree)],
        false,
    ),
    person(
        "chutich.binh",
        "Chủ tịch UBND xã Bình Mẫu",
        "Chủ tịch UBND xã",
        "MAU-02",
        &[(Role::Head, "MAU-02", Span::Subtree)],
        false,
    ),
    person(
        "daumoi.binh",
        "Cán bộ đầu mối xã Bình Mẫu",
        "Công chức Văn phòng - Thống kê",
        "MAU-02",
        &[(Role::DataOfficer, "MAU-02", Span::Subtree)],
        false,
    ),
    person(
        "congchuc.binh",
        "Công chức xã Bình Mẫu",
        "Công chức Địa chính",
        "MAU-02",
        &[(Role::Employee, "MAU-02", Span::Own)],
        false,
    ),
    person(
        "chutich.chau",
        "Chủ tịch UBND phường Châu Mẫu",
        "Chủ tịch UBND phường",
        "MAU-03",
        &[(Role::Head, "MAU-03", Span::Subtree)],
        false,
    ),
    person(
        "daumoi.chau",
        "Cán bộ đầu mối phường Châu Mẫu",
        "Công chức Văn phòng",
        "MAU-03",
        &[(Role::DataOfficer, "MAU-03", Span::Subtree)],
        false,
    ),
    person(
        "chutich.dong",
        "Chủ tịch UBND xã Đông Mẫu",
        "Chủ tịch UBND xã",
        "MAU-04",
        &[(Role::Head, "MAU-04", Span::Subtree)],
        false,
    ),
    person(
        "daumoi.dong",
        "Cán bộ đầu mối xã Đông Mẫu",
        "Công chức Văn phòng - Thống kê",
        "MAU-04",
        &[(Role::DataOfficer, "MAU-04", Span::Subtree)],
        false,
    ),
];

/// The first day of the two-level government: units of the sample begin with it.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 7, 1).unwrap_or_default()
}

/// Creates units, people, memberships and roles.
pub(super) async fn load(tx: &Tx, password_hash: &str) -> Result<World> {
    if person::Entity::find().count(tx.db()).await? > 0 {
        return Err(Error::Rule(Refused::new("installation_not_empty")));
    }
    let mut world = World::default();
    for sample in UNITS {
        let parent_id = sample.parent.map(|code| super::unit_of(&world, code)).transpose()?;
        let new = NewUnit {
            code: sample.code.to_owned(),
            kind_code: sample.kind.to_owned(),
            name: sample.name.to_owned(),
            parent_id,
            valid_from: first_day(),
            valid_to: None,
            source: Some("bộ mẫu".to_owned()),
            sample: true,
        };
        world.units.insert(sample.code.to_owned(), create_unit(tx, new).await?.id);
    }
    for sample in LOGINS {
        let new = NewPerson {
            full_name: sample.name.to_owned(),
            email: Some(format!("{}@mau.example", sample.login)),
            login: sample.login.to_owned(),
            password_hash: password_hash.to_owned(),
            sample: true,
        };
        let row = create_person(tx, new).await?;
        world.people.insert(sample.login.to_owned(), row.id);
        member(tx, row.id, super::unit_of(&world, sample.unit)?, sample.position, first_day(), None).await?;
        for (role, unit, span) in sample.roles {
            give(tx, row.id, *role, super::unit_of(&world, unit)?, *span).await?;
        }
    }
    moved_recently(tx, &world).await?;
    Ok(world)
}

/// One inspector left xã Bình Mẫu five months ago: not independent of it yet.
async fn moved_recently(tx: &Tx, world: &World) -> Result<()> {
    let Some(person) = world.people.get("chuyencongtac") else { return Ok(()) };
    let left = tx.today().checked_sub_months(chrono::Months::new(5)).unwrap_or_default();
    let unit = super::unit_of(world, "MAU-02")?;
    member(tx, *person, unit, "Công chức Văn phòng - Thống kê", first_day(), Some(left)).await
}

async fn member(tx: &Tx, person: PersonId, unit: UnitId, position: &str, from: NaiveDate, to: Option<NaiveDate>) -> Result<()> {
    membership::ActiveModel {
        id: Set(tx.id::<MembershipId>()),
        person_id: Set(person),
        unit_id: Set(unit),
        position: Set(Some(position.to_owned())),
        valid_from: Set(from),
        valid_to: Set(to),
        version: Set(1),
    }
    .insert(tx.db())
    .await?;
    Ok(())
}

async fn give(tx: &Tx, person: PersonId, role: Role, unit: UnitId, span: Span) -> Result<()> {
    assignment::ActiveModel {
        id: Set(tx.id()),
        person_id: Set(person),
        role: Set(role),
        unit_id: Set(unit),
        span: Set(span),
        valid_from: Set(first_day()),
        valid_to: Set(None),
        granted_by_id: Set(None),
        reason: Set(Some("bộ mẫu".to_owned())),
        version: Set(1),
        created_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    Ok(())
}

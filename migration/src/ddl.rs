//! A short way to write a table: columns, keys, foreign keys with their index, named constraints.

use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, ForeignKey, ForeignKeyAction, Index, IntoIden, SchemaManager, Table as Sql,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// A column, not null unless said.
#[derive(Debug)]
pub struct Column {
    def: ColumnDef,
    name: &'static str,
    null: bool,
}

impl Column {
    fn new(name: &'static str, typed: impl FnOnce(&mut ColumnDef)) -> Self {
        let mut def = ColumnDef::new(Alias::new(name));
        typed(&mut def);
        Self { def, name, null: false }
    }

    /// May be absent.
    pub fn null(mut self) -> Self {
        self.null = true;
        self
    }

    /// Has a default.
    pub fn default(mut self, value: i64) -> Self {
        self.def.default(value);
        self
    }

    fn finish(mut self) -> ColumnDef {
        if self.null {
            self.def.null();
        } else {
            self.def.not_null();
        }
        self.def
    }
}

/// Text of any length.
pub fn text(name: &'static str) -> Column {
    Column::new(name, |c| {
        c.text();
    })
}
/// A 32-bit number.
pub fn int(name: &'static str) -> Column {
    Column::new(name, |c| {
        c.integer();
    })
}
/// A 64-bit number.
pub fn long(name: &'static str) -> Column {
    Column::new(name, |c| {
        c.big_integer();
    })
}
/// True or false.
pub fn boolean(name: &'static str) -> Column {
    Column::new(name, |c| {
        c.boolean();
    })
}
/// A civil date.
pub fn date(name: &'static str) -> Column {
    Column::new(name, |c| {
        c.date();
    })
}
/// An instant in µs.
pub fn at(name: &'static str) -> Column {
    Column::new(name, |c| {
        c.timestamp_with_time_zone();
    })
}
/// A JSON document.
pub fn json(name: &'static str) -> Column {
    Column::new(name, |c| {
        c.json_binary();
    })
}
/// A UUID.
pub fn uuid(name: &'static str) -> Column {
    Column::new(name, |c| {
        c.uuid();
    })
}

/// A table under construction.
#[derive(Debug)]
pub struct Table {
    name: &'static str,
    columns: Vec<Column>,
    key: Vec<&'static str>,
    references: Vec<(&'static str, &'static str, &'static str)>,
    uniques: Vec<Vec<&'static str>>,
    indexes: Vec<Vec<&'static str>>,
}

impl Table {
    /// A table without columns yet.
    pub fn new(name: &'static str) -> Self {
        Self { name, columns: Vec::new(), key: Vec::new(), references: Vec::new(), uniques: Vec::new(), indexes: Vec::new() }
    }

    /// A column of the primary key.
    pub fn key(mut self, column: Column) -> Self {
        self.key.push(column.name);
        self.columns.push(column);
        self
    }

    /// A column.
    pub fn col(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// A foreign key (`fk_<table>_<column>`), with an index of its own.
    pub fn references(mut self, column: &'static str, table: &'static str, target: &'static str) -> Self {
        self.references.push((column, table, target));
        if self.key.first() != Some(&column) {
            self.indexes.push(vec![column]);
        }
        self
    }

    /// A unique constraint (`uq_<table>_<columns>`).
    pub fn unique(mut self, columns: &[&'static str]) -> Self {
        self.uniques.push(columns.to_vec());
        self
    }

    /// An index (`ix_<table>_<columns>`).
    pub fn index(mut self, columns: &[&'static str]) -> Self {
        self.indexes.push(columns.to_vec());
        self
    }

    /// Creates the table and its indexes.
    pub async fn create(self, m: &SchemaManager<'_>) -> Result<(), DbErr> {
        let mut table = Sql::create();
        table.table(self.name);
        for column in self.columns {
            table.col(column.finish());
        }
        let mut key = Index::create();
        for column in &self.key {
            key.col(*column);
        }
        table.primary_key(key.name(format!("pk_{}", self.name)).primary());
        for (column, target, target_column) in self.references {
            table.foreign_key(
                ForeignKey::create()
                    .name(format!("fk_{}_{column}", self.name))
                    .from(self.name, column)
                    .to(target, target_column)
                    .on_delete(ForeignKeyAction::Restrict),
            );
        }
        m.create_table(table).await?;
        for (prefix, columns) in (self.uniques.into_iter().map(|c| ("uq", c))).chain(self.indexes.into_iter().map(|c| ("ix", c)))
        {
            let mut index = Index::create();
            index.name(format!("{prefix}_{}_{}", self.name, columns.join("_"))).table(self.name);
            for column in columns {
                index.col(column.into_iden());
            }
            if prefix == "uq" {
                index.unique();
            }
            m.create_index(index).await?;
        }
        Ok(())
    }
}

/// Makes a table append-only: triggers refuse UPDATE and DELETE on both databases.
pub async fn append_only(m: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let db = m.get_connection();
    let statements = match db.get_database_backend() {
        DbBackend::Sqlite => vec![
            format!("CREATE TRIGGER tr_{table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"),
            format!("CREATE TRIGGER tr_{table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"),
        ],
        _ => vec![
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$".to_owned(),
            format!("CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"),
        ],
    };
    for statement in statements {
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}

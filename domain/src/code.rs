//! `code_enum!`: closed lists whose stored and published form is a short ASCII code.

/// Declares an enum whose members are written as codes everywhere: in rows, JSON and templates.
///
/// Generates `ALL`, `code()`, `Display`, `FromStr`, serde by code, and, by feature, the ORM and
/// OpenAPI derives. `KEY` is the prefix of its labels in the message catalogue (`KEY.code`).
#[macro_export]
macro_rules! code_enum {
    ($(#[$meta:meta])* pub enum $name:ident ($key:tt) { $( $(#[$vmeta:meta])* $variant:ident = $code:tt ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "orm", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum), sea_orm(rs_type = "String", db_type = "Text"))]
        #[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[serde(rename = $code)]
                #[cfg_attr(feature = "orm", sea_orm(string_value = $code))]
                #[cfg_attr(feature = "openapi", oai(rename = $code))]
                $variant
            ),+
        }

        impl $name {
            /// Every member, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The prefix of the labels in the message catalogue.
            pub const KEY: &'static str = $key;

            /// The stored and published form.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::draft::UnknownCode;

            fn from_str(code: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|x| x.code() == code).ok_or($crate::draft::UnknownCode)
            }
        }
    };
}

//! Names in a policy: texts by language, and the ids by which packs, journal and addresses mean the same thing.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A word or sentence in each language it exists in, keyed by language tag (`en`, `zh-Hans`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localized(BTreeMap<String, String>);

impl Localized {
    /// One text for one language.
    pub fn new(language: &str, text: &str) -> Self {
        Self(BTreeMap::from([(language.to_owned(), text.to_owned())]))
    }

    /// The same with one more language.
    #[must_use]
    pub fn with(mut self, language: &str, text: &str) -> Self {
        self.0.insert(language.to_owned(), text.to_owned());
        self
    }

    /// The text in a language; without it in English; without that in any language there is.
    pub fn text(&self, language: &str) -> &str {
        self.exact(language)
            .or_else(|| self.exact("en"))
            .or_else(|| self.0.values().next().map(String::as_str))
            .unwrap_or("")
    }

    /// The text in exactly this language.
    pub fn exact(&self, language: &str) -> Option<&str> {
        self.0.get(language).map(String::as_str)
    }

    /// The languages it exists in, with the text of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, text)| (language.as_str(), text.as_str()))
    }
}

/// Declares the name of a thing that a pack's files declare and the journal writes down.
macro_rules! id {
    ($(#[$meaning:meta])* $name:ident) => {
        $(#[$meaning])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as a pack writes it.
            pub fn new(id: &str) -> Self {
                Self(id.to_owned())
            }

            /// The id as text, for the journal, tables and addresses.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// What a person may ask, such as `access`.
    RightId
);
id!(
    /// What entitles to a right that needs a ground, such as `retention-expired`.
    GroundId
);
id!(
    /// A condition on which a right is owed, such as `technically-feasible`.
    ConditionId
);
id!(
    /// A reason in law for which no response is owed, such as `abuse`.
    ExemptionId
);
id!(
    /// Whom the requester speaks for, such as `guardian`; `none` for themselves.
    OnBehalfId
);
id!(
    /// Something for which a term waits, such as `clarification`.
    PauseId
);
id!(
    /// A line of the reminder schedule.
    ReminderId
);
id!(
    /// A way to prove who somebody is.
    MethodId
);
id!(
    /// Something the company holds of a person and can compare, such as `order-number`.
    DatumId
);
id!(
    /// A law, regulation or standard that the policy cites.
    LawId
);
id!(
    /// A duty in law to keep data for a time, such as `accounting`.
    DutyId
);
id!(
    /// A system or recipient in the register, such as `crm`.
    SystemId
);
id!(
    /// A category of personal data, such as `orders`.
    CategoryId
);

impl OnBehalfId {
    /// The requester asks for themselves.
    pub const NONE: &str = "none";

    /// True when requester and subject are the same person.
    pub fn is_self(&self) -> bool {
        self.0 == Self::NONE
    }
}

//! What the public portal takes in, and when a form waits for a person instead of opening a request by itself.
//!
//! Nothing that somebody sends is dropped. What looks like a machine, or is more than people send, is kept where an officer sees
//! it and can make it a request with the instant of its receipt. Who sent it gets the same answer in every case.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::policy::{OnBehalfId, RightId};

/// A form that was sent, beside the message that holds its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Form {
    /// Asks for something.
    Request {
        /// The rights that were ticked.
        rights: Vec<RightId>,
        /// For whom the requester acts.
        on_behalf: OnBehalfId,
        /// The language of the page, which is the requester's.
        language: String,
        /// Why it waits for a person; `None` when it opens a request.
        waits: Option<Waits>,
    },
    /// A further message about a request, from a visit that proved its address.
    Message {
        /// The request.
        request: i64,
    },
    /// A complaint about what was decided, from a visit that proved its address.
    Complaint {
        /// The request.
        request: i64,
        /// The language of the page.
        language: String,
    },
}

/// Why a form waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waits {
    /// The field that no person sees was filled in.
    HiddenField,
    /// It came back sooner than a person can write.
    TooFast,
    /// This address was named in enough forms today.
    ForAddress,
    /// Enough forms came from this network within the hour.
    FromNetwork,
    /// Enough forms came in all within the hour.
    InAll,
}

impl Waits {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::HiddenField,
        Self::TooFast,
        Self::ForAddress,
        Self::FromNetwork,
        Self::InAll,
    ];

    /// The short code in tables and pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HiddenField => "portal-hidden-field",
            Self::TooFast => "portal-too-fast",
            Self::ForAddress => "portal-for-address",
            Self::FromNetwork => "portal-from-network",
            Self::InAll => "portal-in-all",
        }
    }
}

/// How a form was filled in, and what came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filling {
    /// Whether the field that no person sees stayed empty.
    pub hidden_field_empty: bool,
    /// How long the page was open before it was sent.
    pub took: TimeDelta,
    /// Forms that named this address within a day, this one not counted.
    pub for_address: i64,
    /// Forms from this network within an hour, this one not counted.
    pub from_network: i64,
    /// Forms from anywhere within an hour, this one not counted.
    pub in_all: i64,
}

/// Nobody reads and fills in the form faster.
pub const SHORTEST: TimeDelta = TimeDelta::seconds(3);

/// A form that lay open longer is shown again, with all that was written, to be sent once more.
pub const LONGEST: TimeDelta = TimeDelta::hours(24);

/// Requests that open by themselves: for one address within a day, from one network and from anywhere within an hour.
const MOST_FOR_ADDRESS: i64 = 5;
const MOST_FROM_NETWORK: i64 = 20;
const MOST_IN_ALL: i64 = 200;

/// Codes asked for from one network within an hour. What is beyond gets the same answer and no mail.
pub const MOST_ASKED_FROM_NETWORK: i64 = 20;

/// Codes tried from one network within an hour.
pub const MOST_TRIED_FROM_NETWORK: i64 = 60;

/// Messages, complaints and files that one visit's address may send within a day.
pub const MOST_SENT_BY_ADDRESS: i64 = 30;

/// Whether a form opens a request by itself, and if not, why it waits for a person.
pub fn waits(filling: Filling) -> Option<Waits> {
    if !filling.hidden_field_empty {
        Some(Waits::HiddenField)
    } else if filling.took < SHORTEST {
        Some(Waits::TooFast)
    } else if filling.for_address >= MOST_FOR_ADDRESS {
        Some(Waits::ForAddress)
    } else if filling.from_network >= MOST_FROM_NETWORK {
        Some(Waits::FromNetwork)
    } else if filling.in_all >= MOST_IN_ALL {
        Some(Waits::InAll)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Filling = Filling {
        hidden_field_empty: true,
        took: TimeDelta::seconds(40),
        for_address: 0,
        from_network: 0,
        in_all: 0,
    };

    #[test]
    fn what_a_person_sends_opens_a_request_and_the_rest_waits_with_its_reason() {
        let cases = [
            (PLAIN, None),
            (
                Filling {
                    hidden_field_empty: false,
                    ..PLAIN
                },
                Some(Waits::HiddenField),
            ),
            (
                Filling {
                    took: TimeDelta::milliseconds(2999),
                    ..PLAIN
                },
                Some(Waits::TooFast),
            ),
            (
                Filling {
                    took: SHORTEST,
                    ..PLAIN
                },
                None,
            ),
            (
                Filling {
                    for_address: 4,
                    from_network: 19,
                    in_all: 199,
                    ..PLAIN
                },
                None,
            ),
            (
                Filling {
                    for_address: 5,
                    ..PLAIN
                },
                Some(Waits::ForAddress),
            ),
            (
                Filling {
                    from_network: 20,
                    ..PLAIN
                },
                Some(Waits::FromNetwork),
            ),
            (Filling { in_all: 200, ..PLAIN }, Some(Waits::InAll)),
        ];
        for (filling, expected) in cases {
            assert_eq!(waits(filling), expected, "{filling:?}");
        }
    }
}

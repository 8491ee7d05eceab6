//! Numbers made for the tests: of nobody, with checksums that hold.

/// The requester's own identity number.
pub const OWN_ID: &str = "11010119900307803X";
/// Somebody else's.
pub const OTHER_ID: &str = "440305198806152748";
/// Somebody else's mobile number.
pub const OTHER_MOBILE: &str = "13800138000";
/// Somebody else's bank card.
pub const OTHER_CARD: &str = "6222021234567894";

/// The check character of an identity number, by the definition: the sum of all 18 weighted characters is 1 modulo 11.
pub fn check_character(digits: &[u8]) -> char {
    let value = |check: u32| {
        let weight = |place: usize| (0..place).fold(1u32, |power, _| power * 2 % 11);
        let sum: u32 = digits
            .iter()
            .zip((1..18).rev())
            .map(|(digit, place)| u32::from(*digit) * weight(place))
            .sum();
        (sum + check) % 11 == 1
    };
    match (0..=10).find(|check| value(*check)) {
        Some(10) | None => 'X',
        Some(check) => char::from_digit(check, 10).unwrap_or('X'),
    }
}

/// The check digit of a card: the digit that makes the sum of Luhn a multiple of ten.
pub fn luhn_digit(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let doubled = u32::from(*digit) * if at % 2 == 0 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

//! The disclosure gate on large and hostile input: its time grows with the bytes and no faster.

use std::time::Instant;

use habeas::disclosure::{Context, Own, inspect};

#[test]
fn looking_through_a_file_takes_time_in_proportion_to_its_bytes() {
    let makes: [(&str, fn(usize) -> String); 8] = [
        ("digits apart", |size| "1 ".repeat(size / 2)),
        ("digits together", |size| "1".repeat(size)),
        ("addresses", |size| "@".repeat(size)),
        ("cells", |size| "1,2\n".repeat(size / 4)),
        ("tags", |size| format!("<html>{}", "<p ".repeat(size / 3))),
        ("entities", |size| format!("<html>{}", "&#49;".repeat(size / 5))),
        ("brackets", |size| {
            format!("{}{}", "[".repeat(60), "1,".repeat(size / 2))
        }),
        ("keys", |size| "-----BEGIN ".repeat(size / 11)),
    ];
    let context = Context::new(&Own::default(), &["Anna Lee"]);
    for (what, make) in makes {
        let time = |size: usize| {
            let text = make(size);
            let start = Instant::now();
            inspect("file", text.as_bytes(), &context);
            start.elapsed().as_secs_f64()
        };
        let (small, large) = (time(30_000), time(120_000));
        println!("{what}: {small:.3} s, {large:.3} s");
        // Four times the bytes; a busy machine may double that and more, a square would be sixteen times.
        assert!(large < (small * 12.0).max(0.5), "{what}: {small} s, then {large} s");
    }
}

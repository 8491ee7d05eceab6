//! Every address answers who looks at it: one that only takes a form leads back to the page of the form.

use std::fs;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, init_service};
use habeas::domain::person::Role;
use habeas::store::address_links;
use habeas::web::app;

use crate::harness::house::{Story, mail};
use crate::harness::rulebook::root;
use crate::web::{get, hire, send, visit};

const NOW: &str = "2026-11-24T02:00:00Z";

/// The addresses that stand in quotes after a word of the table of routes.
fn after(source: &str, word: &str) -> Vec<String> {
    let found = source.split(word).skip(1);
    let quoted = found.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    quoted.filter(|path| path.starts_with('/')).map(str::to_owned).collect()
}

#[actix_web::test]
async fn an_address_that_only_takes_a_form_leads_back_to_its_page_for_those_who_may_see_it_and_for_those_who_may_not() {
    let story = Story::at(NOW);
    let opened = story.opens(mail(
        "Li Na <li.na@example.cn>",
        "Access to my personal data",
        "Please let me see all personal data that you hold about me.",
    ));
    let admin = visit(&story, hire(&story, "ada@example.com", Role::Admin, "en"));
    let link = story
        .house
        .store
        .write(|tx| address_links::write(tx, opened.id, story.now()))
        .unwrap();
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;

    let source = fs::read_to_string(root().join("src/web/routes.rs")).unwrap();
    let alone = source
        .split(".route(")
        .skip(1)
        .filter(|rest| rest.trim_start().starts_with('"'));
    for route in alone {
        let method = route.split(".to(").next().unwrap();
        assert!(method.contains("get()"), "a form without a page: {method}");
    }
    let forms = after(&source, "form(");
    assert!(forms.len() > 80, "{}", forms.len());
    let message = opened.request.messages[0].to_string();
    let filled = |pattern: &str, reference: &str, link: &str| {
        pattern
            .replace("{reference}", reference)
            .replace("{link}", link)
            .replace("{id}", &message)
            .replace("{number}", "1")
            .replace("{piece}", "1")
            .replace("{item}", "1")
            .replace("{file}", "1")
    };
    for pattern in &forms {
        let path = filled(pattern, &opened.request.reference, &link);
        let led = app(get(&path, Some(&admin))).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER, "{path}");
        let page = led.header("location").to_owned();
        assert!(path.starts_with(&page) && path != page, "{path} leads to {page}");
        // A system that is not there, and a package whose link was made up, are absent on their own pages.
        let made_up = ["/systems/", "/portal/package/", "/portal/requests/", "/portal/code"];
        if !made_up.iter().any(|begins| page.starts_with(begins)) {
            let shown = app(get(&page, Some(&admin))).await;
            assert_eq!(shown.status, StatusCode::OK, "{path} leads to {page}");
        }

        let nowhere = filled(pattern, "DSR-2099-999999", &"0".repeat(114));
        let (known, unknown) = (app(get(&path, None)).await, app(get(&nowhere, None)).await);
        assert_eq!(
            (known.status, unknown.status),
            (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER),
            "it does not show whether there is something"
        );
    }
    for nowhere in [
        "/nowhere",
        "/requests/x/y",
        "/requests/x/items/1/nothing",
        "/portal/nowhere",
    ] {
        let absent = app(get(nowhere, Some(&admin))).await;
        assert_eq!(absent.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

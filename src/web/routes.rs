//! All routes, on one screen.

use std::sync::Arc;

use actix_web::web::{Data, FormConfig, PathConfig, QueryConfig, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, Resource, Route};

use super::door::cookie::Scheme;
use super::door::guard::Base;
use super::door::{authenticator, invitation, me, people, second_factor, sign_in};
use super::error::PageError;
use super::frame::assets;
use super::request::{
    approval, assess, assessment, beside, clock, files, handover, letter, places, proof, steps, task_steps,
};
use super::systems::restore;
use super::tasks::{list, owner};
use super::{
    balance, bulk, calendar, campaigns, desk, entry, health, letters, mail, policy, portal, reading, request, requests,
    states, systems,
};
use crate::house::House;
use crate::web::go_on;

/// Pages with forms that are sent to addresses of their own, the longer ones first. All other forms belong to the desk.
const PAGES: [&str; 16] = [
    "/requests/{reference}/handover",
    "/requests/{reference}/clock",
    "/requests/{reference}",
    "/portal/address/{link}",
    "/portal/package/{link}",
    "/portal/requests/{reference}",
    "/portal/code",
    "/portal",
    "/mail/{id}",
    "/systems/{id}",
    "/bulk",
    "/letters",
    "/calendar",
    "/people",
    "/me/second-factor",
    "/me",
];

/// The largest form: a calendar of many years.
const MOST_OF_A_FORM: usize = 512 * 1024;

/// What the dashboard answers to, and what its handlers are given.
pub fn routes(house: Arc<House>) -> impl FnOnce(&mut ServiceConfig) {
    move |app| {
        let portal_is_open = house.settings.portal.open;
        app.app_data(Data::new(base(&house)))
            .app_data(Data::from(house))
            .app_data(
                FormConfig::default()
                    .limit(MOST_OF_A_FORM)
                    .error_handler(|_, _| PageError::Malformed.into()),
            )
            .app_data(QueryConfig::default().error_handler(|_, _| PageError::Malformed.into()))
            .app_data(PathConfig::default().error_handler(|_, _| PageError::Absent.into()))
            .default_service(actix_web::web::to(nothing))
            .configure(outside)
            .configure(inside)
            .configure(of_a_request);
        app.configure(of_a_letter);
        if portal_is_open {
            app.configure(of_the_portal);
        }
    }
}

fn outside(app: &mut ServiceConfig) {
    app.route("/assets/{name}", get().to(assets::asset))
        .route("/health", get().to(health::health))
        .service(form("/language", post().to(me::switch)))
        .service(
            resource("/sign-in")
                .route(get().to(sign_in::door))
                .route(post().to(sign_in::sign_in)),
        )
        .service(
            resource("/sign-in/code")
                .route(get().to(second_factor::ask_at_door))
                .route(post().to(second_factor::give_at_door)),
        )
        .service(
            resource("/invitation/{token}")
                .route(get().to(invitation::invitation))
                .route(post().to(invitation::accept)),
        )
        .service(form("/sign-out", post().to(sign_in::sign_out)))
        .service(
            resource("/task/{token}")
                .route(get().to(owner::by_link))
                .route(post().to(owner::answer_by_link)),
        );
}

fn inside(app: &mut ServiceConfig) {
    app.route("/", get().to(desk::desk))
        .service(
            resource("/requests")
                .route(get().to(requests::requests))
                .route(post().to(entry::enter)),
        )
        .route("/requests/new", get().to(entry::entry))
        .route("/campaigns", get().to(campaigns::campaigns))
        .service(
            resource("/bulk")
                .route(get().to(bulk::choose))
                .route(post().to(bulk::take)),
        )
        .service(form("/bulk/preview", post().to(bulk::preview)))
        .route("/balance", get().to(balance::balance))
        .route("/letters", get().to(letters::letters))
        .service(form("/letters/dispatch", post().to(letters::dispatch)))
        .route("/mail", get().to(mail::mail))
        .route("/mail/{id}", get().to(mail::mail_one))
        .service(
            resource("/mail/{id}/reading")
                .route(get().to(reading::reading))
                .route(post().to(reading::choose)),
        )
        .service(form("/mail/{id}/request", post().to(places::from_mail)))
        .route("/messages/{id}/original", get().to(files::original))
        .route("/messages/{id}/files/{index}", get().to(files::file))
        .service(
            resource("/calendar")
                .route(get().to(calendar::calendar))
                .route(post().to(calendar::load)),
        )
        .service(form("/calendar/changes", post().to(calendar::confirm)))
        .route("/policy", get().to(policy::policy))
        .configure(of_systems)
        .service(
            resource("/people")
                .route(get().to(people::people))
                .route(post().to(people::invite)),
        )
        .service(form("/people/{id}", post().to(people::change)))
        .service(form("/people/{id}/invitation", post().to(people::invite_again)))
        .service(form("/people/{id}/activity", post().to(people::activity)))
        .service(form(
            "/people/{id}/second-factor",
            post().to(people::reset_second_factor),
        ))
        .route("/me", get().to(me::me))
        .service(form("/me/language", post().to(me::language)))
        .service(form("/me/password", post().to(me::password)))
        .service(
            resource("/me/second-factor")
                .route(get().to(authenticator::second_factor))
                .route(post().to(authenticator::confirm)),
        )
        .service(form("/me/second-factor/key", post().to(authenticator::key)))
        .service(
            resource("/second-factor")
                .route(get().to(second_factor::ask))
                .route(post().to(second_factor::give)),
        );
}

fn of_systems(app: &mut ServiceConfig) {
    app.service(
        resource("/systems")
            .route(get().to(systems::systems))
            .route(post().to(systems::write)),
    )
    .route("/systems/new", get().to(systems::entry))
    .route("/systems/{id}", get().to(systems::system))
    .service(form("/systems/{id}/restores", post().to(restore::mark)))
    .service(
        resource("/systems/{id}/restores/{number}")
            .route(get().to(restore::list))
            .route(post().to(restore::repeat)),
    )
    .route("/systems/{id}/restores/{number}/list.csv", get().to(restore::export))
    .route("/states", get().to(states::states))
    .route("/tasks", get().to(list::tasks))
    .service(
        resource("/tasks/{reference}/{number}")
            .route(get().to(owner::signed))
            .route(post().to(owner::answer_signed)),
    );
}

fn of_a_request(app: &mut ServiceConfig) {
    app.route("/requests/{reference}", get().to(request::request))
        .route("/requests/{reference}/clock", get().to(clock::clock))
        .service(form(
            "/requests/{reference}/clock/pause",
            post().to(clock::steps::pause),
        ))
        .service(form(
            "/requests/{reference}/clock/resumption",
            post().to(clock::steps::resumption),
        ))
        .service(form(
            "/requests/{reference}/clock/policy",
            post().to(clock::steps::policy),
        ))
        .service(form(
            "/requests/{reference}/clock/target",
            post().to(clock::steps::target),
        ))
        .service(form(
            "/requests/{reference}/clock/proposal",
            post().to(clock::steps::proposal),
        ))
        .service(form(
            "/requests/{reference}/clock/confirmation",
            post().to(clock::steps::confirmation),
        ))
        .service(form(
            "/requests/{reference}/clock/refusal",
            post().to(clock::steps::refusal),
        ))
        .service(form(
            "/requests/{reference}/clock/receipt",
            post().to(clock::steps::receipt),
        ))
        .route("/requests/{reference}/beside/{other}", get().to(beside::beside))
        .service(form("/requests/{reference}/preview", post().to(request::preview)))
        .service(form("/requests/{reference}/triage", post().to(steps::triage)))
        .service(form("/requests/{reference}/assignment", post().to(steps::assignment)))
        .service(form("/requests/{reference}/items", post().to(steps::items)))
        .service(form(
            "/requests/{reference}/items/{number}/removal",
            post().to(steps::removal),
        ))
        .service(form(
            "/requests/{reference}/items/{number}/ground",
            post().to(steps::ground),
        ))
        .service(form(
            "/requests/{reference}/items/{number}/assessments",
            post().to(assess::assessments),
        ))
        .route(
            "/requests/{reference}/items/{number}/assessments/{exemption}",
            get().to(assessment::assessment),
        )
        .service(form(
            "/requests/{reference}/items/{number}/signature",
            post().to(assess::signature),
        ))
        .service(form(
            "/requests/{reference}/items/{number}/conditions",
            post().to(assess::conditions),
        ))
        .service(form(
            "/requests/{reference}/items/{number}/retention",
            post().to(assess::retention),
        ))
        .service(form(
            "/requests/{reference}/items/{number}/follow-up",
            post().to(assess::follow_up),
        ))
        .service(form(
            "/requests/{reference}/items/{number}/decision",
            post().to(steps::decision),
        ))
        .service(form(
            "/requests/{reference}/identity-question",
            post().to(proof::identity_question),
        ))
        .service(form("/requests/{reference}/identity", post().to(proof::identity)))
        .service(form(
            "/requests/{reference}/identity-doubt",
            post().to(proof::identity_doubt),
        ))
        .service(form("/requests/{reference}/code", post().to(proof::code)))
        .service(form("/requests/{reference}/contact", post().to(proof::contact)))
        .service(form("/requests/{reference}/address", post().to(proof::address)))
        .service(form("/requests/{reference}/standing", post().to(proof::standing)))
        .service(form(
            "/requests/{reference}/evidence/{piece}",
            post().to(proof::evidence),
        ))
        .service(form(
            "/requests/{reference}/evidence/{piece}/retraction",
            post().to(proof::evidence_retraction),
        ))
        .service(form("/requests/{reference}/subject", post().to(proof::subject)))
        .service(form(
            "/requests/{reference}/documents/{file}",
            post().to(proof::document),
        ))
        .service(form("/requests/{reference}/tasks", post().to(task_steps::add)))
        .service(form(
            "/requests/{reference}/tasks/dispatch",
            post().to(task_steps::dispatch),
        ))
        .service(form(
            "/requests/{reference}/tasks/closure",
            post().to(task_steps::closure),
        ))
        .service(form(
            "/requests/{reference}/tasks/{number}/removal",
            post().to(task_steps::removal),
        ))
        .service(form(
            "/requests/{reference}/tasks/{number}/answer",
            post().to(task_steps::answer),
        ))
        .service(form(
            "/requests/{reference}/tasks/{number}/files/{id}",
            post().to(task_steps::file),
        ))
        .service(form(
            "/requests/{reference}/states/{item}",
            post().to(task_steps::state),
        ))
        .service(
            resource("/requests/{reference}/approval")
                .route(get().to(approval::leaving))
                .route(post().to(approval::approval)),
        )
        .service(form("/requests/{reference}/look", post().to(approval::look)))
        .service(form("/requests/{reference}/return", post().to(approval::sent_back)))
        .service(form("/requests/{reference}/draft", post().to(letter::save)))
        .service(form("/requests/{reference}/draft/removal", post().to(letter::remove)))
        .service(form("/requests/{reference}/answer", post().to(steps::answer)))
        .service(form(
            "/requests/{reference}/answer-by-hand",
            post().to(steps::answer_by_hand),
        ))
        .service(form("/requests/{reference}/extension", post().to(steps::extension)))
        .route("/requests/{reference}/handover", get().to(handover::handover))
        .service(form(
            "/requests/{reference}/handover/files",
            post().to(handover::steps::files_sent),
        ))
        .service(form(
            "/requests/{reference}/handover/enclosures",
            post().to(handover::steps::enclosure),
        ))
        .service(form(
            "/requests/{reference}/handover/identifiers",
            post().to(handover::own::identifier),
        ))
        .service(form(
            "/requests/{reference}/handover/identifiers/{number}/retraction",
            post().to(handover::own::retraction),
        ))
        .service(form(
            "/requests/{reference}/handover/removals",
            post().to(handover::steps::removal),
        ))
        .service(form(
            "/requests/{reference}/handover/overrides",
            post().to(handover::steps::overridden),
        ))
        .service(form(
            "/requests/{reference}/handover/redactions",
            post().to(handover::steps::redaction),
        ))
        .route(
            "/requests/{reference}/handover/files/{number}",
            get().to(handover::steps::file),
        )
        .service(form(
            "/requests/{reference}/handover/risk",
            post().to(handover::steps::risk),
        ))
        .service(form(
            "/requests/{reference}/handover/approval",
            post().to(handover::steps::approval),
        ))
        .service(form(
            "/requests/{reference}/handover/packages",
            post().to(handover::steps::package),
        ))
        .service(form(
            "/requests/{reference}/handover/revocations",
            post().to(handover::steps::revocation),
        ))
        .service(form("/requests/{reference}/closure", post().to(steps::closure)))
        .service(form("/requests/{reference}/reopening", post().to(steps::reopening)))
        .service(form("/requests/{reference}/set-aside", post().to(steps::set_aside)))
        .service(form("/requests/{reference}/bring-back", post().to(steps::brought_back)))
        .service(form("/requests/{reference}/retraction", post().to(steps::retraction)))
        .service(form("/requests/{reference}/merger", post().to(places::merger)))
        .service(form("/requests/{reference}/notes", post().to(steps::notes)))
        .service(form(
            "/requests/{reference}/messages/{id}/confirmation",
            post().to(places::confirmation),
        ))
        .service(form(
            "/requests/{reference}/messages/{id}/reading",
            post().to(places::reading),
        ))
        .service(form(
            "/requests/{reference}/letters/{id}/dispatch",
            post().to(places::dispatch),
        ))
        .service(form(
            "/requests/{reference}/messages/{id}/release",
            post().to(places::release),
        ));
}

/// What a letter of ours leads to is there also where the portal itself is closed: what was handed over, and the proof of an
/// address.
fn of_a_letter(app: &mut ServiceConfig) {
    app.service(
        resource("/portal/address/{link}")
            .route(get().to(portal::address::address))
            .route(post().to(portal::address::enter)),
    )
    .service(form("/portal/address/{link}/code", post().to(portal::address::ask)))
    .service(
        resource("/portal/package/{link}")
            .route(get().to(portal::package::package))
            .route(post().to(portal::package::fetch)),
    )
    .service(form("/portal/package/{link}/code", post().to(portal::package::ask)));
}

fn of_the_portal(app: &mut ServiceConfig) {
    app.route("/portal", get().to(portal::home::home))
        .service(
            resource("/portal/request")
                .route(get().to(portal::request::form))
                .route(post().to(portal::request::send)),
        )
        .service(
            resource("/portal/status")
                .route(get().to(portal::status::status))
                .route(post().to(portal::status::ask)),
        )
        .service(
            resource("/portal/code")
                .route(get().to(portal::code::code))
                .route(post().to(portal::code::enter)),
        )
        .service(form("/portal/code/again", post().to(portal::code::again)))
        .service(form("/portal/leave", post().to(portal::code::leave)))
        .route("/portal/requests", get().to(portal::requests::requests))
        .route("/portal/requests/{reference}", get().to(portal::requests::one))
        .service(form(
            "/portal/requests/{reference}/messages",
            post().to(portal::message::send),
        ))
        .service(form(
            "/portal/requests/{reference}/documents",
            post().to(portal::document::send),
        ))
        .service(
            resource("/portal/requests/{reference}/withdrawal")
                .route(get().to(portal::withdrawal::ask))
                .route(post().to(portal::withdrawal::withdraw)),
        )
        .service(
            resource("/portal/requests/{reference}/complaint")
                .route(get().to(portal::complaint::ask))
                .route(post().to(portal::complaint::complain)),
        );
}

/// An address that takes a form. Who looks at it, such as by reloading a page that a refused form left there, is led back to
/// the page of the form, whether or not there is such a page for them.
fn form(path: &str, sent: Route) -> Resource {
    resource(path).route(sent).route(get().to(back))
}

async fn back(request: HttpRequest) -> HttpResponse {
    let pattern = request.match_pattern().unwrap_or_default();
    let belongs = |page: &&str| pattern.strip_prefix(*page).is_some_and(|rest| rest.starts_with('/'));
    let Some(page) = PAGES.into_iter().find(belongs) else {
        return go_on("/");
    };
    // As many parts of the address as its page has.
    let own: Vec<&str> = request.path().split('/').take(page.split('/').count()).collect();
    go_on(&own.join("/"))
}

/// Everything that is not there.
async fn nothing(_: HttpRequest) -> Result<HttpResponse, PageError> {
    Err(PageError::Absent)
}

fn base(house: &House) -> Base {
    let origin = house.settings.base_url.trim_end_matches('/').to_owned();
    let scheme = if origin.starts_with("https://") {
        Scheme::Https
    } else {
        Scheme::PlainLoopback
    };
    Base { origin, scheme }
}

//! The tables, kept by hand: one schema for both engines. Times are UTC.

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    keys (id) {
        id -> BigInt,
        wrapped -> Binary,
        destroyed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    events (stream, seq) {
        stream -> BigInt,
        seq -> BigInt,
        kind -> Text,
        at -> Timestamp,
        actor -> Text,
        leaf -> Binary,
        bytes -> Binary,
    }
}

diesel::table! {
    requests (id) {
        id -> BigInt,
        reference -> Text,
        policy_id -> Text,
        policy_version -> Text,
        stage -> Text,
        kind -> Text,
        channel -> Text,
        language -> Text,
        received_at -> Timestamp,
        due_on -> Date,
        ends_at -> Timestamp,
        provisional -> Bool,
        calendar -> Text,
        open -> Bool,
        assignee -> Nullable<BigInt>,
        awaits_approval -> Bool,
        held -> Integer,
        delivery -> Text,
        next_due_at -> Nullable<Timestamp>,
        key_id -> BigInt,
        seq -> BigInt,
        sender -> Nullable<Binary>,
        card -> Binary,
        state -> Text,
        paused -> Bool,
    }
}

diesel::table! {
    request_rights (request_id, right) {
        request_id -> BigInt,
        right -> Text,
    }
}

diesel::table! {
    texts (id) {
        id -> BigInt,
        request_id -> BigInt,
        purpose -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    files (id) {
        id -> BigInt,
        request_id -> BigInt,
        purpose -> Text,
        media_type -> Text,
        size -> BigInt,
        kept_at -> Timestamp,
        destroyed_at -> Nullable<Timestamp>,
        key_id -> BigInt,
        name -> Binary,
        sealed -> Binary,
    }
}

diesel::table! {
    packages (link) {
        link -> Binary,
        request_id -> BigInt,
        package -> BigInt,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    messages (id) {
        id -> BigInt,
        received_at -> Timestamp,
        kept_at -> Timestamp,
        size -> BigInt,
        key_id -> BigInt,
        outcome -> Text,
        why -> Text,
        request_id -> Nullable<BigInt>,
        duplicate_of -> Nullable<BigInt>,
        held -> Bool,
        attempts -> Integer,
        claimed_until -> Nullable<Timestamp>,
        place -> Text,
        digest -> Binary,
        mid -> Nullable<Binary>,
        sender -> Nullable<Binary>,
        fingerprint -> Nullable<Binary>,
        thread -> Nullable<Binary>,
        card -> Nullable<Binary>,
        reading -> Nullable<Binary>,
        raw -> Binary,
        charset -> Nullable<Text>,
        unsure -> Bool,
    }
}

diesel::table! {
    sightings (grp, no) {
        grp -> Text,
        no -> BigInt,
        message_id -> BigInt,
    }
}

diesel::table! {
    oddities (message_id) {
        message_id -> BigInt,
        whole_size -> Nullable<BigInt>,
        stated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    balances (place, day) {
        place -> Text,
        day -> Date,
        checked_at -> Timestamp,
        present -> BigInt,
        opened -> BigInt,
        joined -> BigInt,
        set_aside -> BigInt,
        duplicate -> BigInt,
        quarantined -> BigInt,
        placing -> BigInt,
        missing -> BigInt,
        worst -> BigInt,
    }
}

diesel::table! {
    differences (grp, no) {
        grp -> Text,
        no -> BigInt,
        place -> Text,
        why -> Text,
        said -> Text,
        since -> Timestamp,
        told_on -> Nullable<Date>,
        card -> Nullable<Binary>,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        request_id -> Nullable<BigInt>,
        key_id -> BigInt,
        occasion -> Text,
        message_id -> Text,
        token -> Nullable<Binary>,
        addressee -> Binary,
        automatic -> Bool,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        lease_until -> Nullable<Timestamp>,
        lease_owner -> Nullable<Text>,
        reply -> Nullable<Text>,
        queued_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
        recipient -> Binary,
        raw -> Binary,
    }
}

diesel::table! {
    notices (id) {
        id -> BigInt,
        request_id -> BigInt,
        rule -> Text,
        due_on -> Date,
        person -> BigInt,
        made_at -> Timestamp,
        outbox_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    digests (person, day) {
        person -> BigInt,
        day -> Date,
        outbox_id -> BigInt,
    }
}

diesel::table! {
    people (id) {
        id -> BigInt,
        name -> Text,
        email -> Text,
        role -> Text,
        language -> Text,
        manager -> Bool,
        password -> Nullable<Text>,
        active -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    invitations (token) {
        token -> Binary,
        person -> BigInt,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (token) {
        token -> Binary,
        person -> BigInt,
        csrf -> Binary,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        ends_at -> Timestamp,
        checked_at -> Nullable<Timestamp>,
        awaits_code -> Bool,
    }
}

diesel::table! {
    factors (person) {
        person -> BigInt,
        sealed -> Nullable<Binary>,
        last_step -> BigInt,
        set_up_at -> Nullable<Timestamp>,
        offered -> Nullable<Binary>,
        offered_at -> Nullable<Timestamp>,
        short_password -> Bool,
    }
}

diesel::table! {
    recovery_codes (digest) {
        digest -> Binary,
        person -> BigInt,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    attempts (name) {
        name -> Binary,
        failures -> Integer,
        since -> Timestamp,
    }
}

diesel::table! {
    calendars (id) {
        id -> BigInt,
        region -> Text,
        version -> Text,
        content -> Text,
        loaded_at -> Timestamp,
        loaded_by -> Text,
    }
}

diesel::table! {
    search_terms (term, request_id) {
        term -> BigInt,
        request_id -> BigInt,
    }
}

diesel::table! {
    credentials (name) {
        name -> Binary,
        changed_at -> Timestamp,
        sealed -> Binary,
    }
}

diesel::table! {
    campaign_texts (request_id) {
        request_id -> BigInt,
        campaign -> BigInt,
        opened_at -> Timestamp,
        sketch -> Binary,
    }
}

diesel::table! {
    campaign_bands (band, request_id) {
        band -> Binary,
        request_id -> BigInt,
    }
}

diesel::table! {
    portal_forms (message_id) {
        message_id -> BigInt,
        visit -> Nullable<Binary>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    portal_visits (token) {
        token -> Binary,
        csrf -> Binary,
        proven -> Bool,
        wants_code -> Bool,
        request_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        ends_at -> Timestamp,
        sealed -> Binary,
    }
}

diesel::table! {
    portal_counts (id) {
        id -> BigInt,
        name -> Binary,
        at -> Timestamp,
    }
}

diesel::table! {
    systems (id, version) {
        id -> Text,
        version -> BigInt,
        changed_at -> Timestamp,
        changed_by -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    restores (id) {
        id -> BigInt,
        system_id -> Text,
        backup_on -> Date,
        marked_at -> Timestamp,
        marked_by -> Text,
    }
}

diesel::table! {
    tasks (request_id, number) {
        request_id -> BigInt,
        number -> Integer,
        system_id -> Text,
        kind -> Text,
        unsettled -> Bool,
        awaited -> Bool,
        due_on -> Nullable<Date>,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    lasting_states (request_id, item) {
        request_id -> BigInt,
        item -> Integer,
        recheck_on -> Date,
    }
}

diesel::table! {
    task_links (id) {
        id -> BigInt,
        token -> Binary,
        request_id -> BigInt,
        task -> BigInt,
        made_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    challenges (id) {
        id -> BigInt,
        party -> Binary,
        address -> Binary,
        purpose -> Text,
        code -> Binary,
        issued_at -> Timestamp,
        tries -> Integer,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(messages -> keys (key_id));
diesel::joinable!(oddities -> messages (message_id));
diesel::joinable!(outbox -> keys (key_id));
diesel::joinable!(requests -> keys (key_id));
diesel::joinable!(sightings -> messages (message_id));
diesel::joinable!(sessions -> people (person));
diesel::allow_tables_to_appear_in_same_query!(
    counters,
    keys,
    events,
    requests,
    request_rights,
    texts,
    files,
    packages,
    messages,
    sightings,
    oddities,
    balances,
    differences,
    outbox,
    notices,
    digests,
    people,
    invitations,
    sessions,
    factors,
    recovery_codes,
    attempts,
    calendars,
    search_terms,
    credentials,
    campaign_texts,
    campaign_bands,
    portal_forms,
    portal_visits,
    portal_counts,
    systems,
    restores,
    tasks,
    lasting_states,
    task_links,
    challenges,
);

//! Runs the corpus (described in `tests/cors/corpus/__init__.py`) on the core alone.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use fastcors::cors::{
    Actual, Expressions, LineValue, Options, Origins, Placed, Policy, PreflightRequest, Responses,
    merge,
};
use serde::Deserialize;

const ALL_METHODS: [&str; 8] =
    ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"];
const SAFELISTED_HEADERS: [&str; 4] =
    ["Accept", "Accept-Language", "Content-Language", "Content-Type"];

type Pairs = Vec<(String, String)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    options: CaseOptions,
    request: Request,
    #[serde(default)]
    application: Pairs,
    expected: Expected,
    #[serde(rename = "starlette_differs")]
    _starlette_differs: Option<u8>,
}

/// Starlette's options, with its defaults, and those that decide what a response has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CaseOptions {
    allow_origins: Vec<String>,
    allow_methods: Vec<String>,
    allow_headers: Vec<String>,
    allow_credentials: bool,
    allow_origin_regex: Option<String>,
    allow_private_network: bool,
    expose_headers: Vec<String>,
    max_age: i64,
    responses: String,
}

impl Default for CaseOptions {
    fn default() -> Self {
        Self {
            allow_origins: vec![],
            allow_methods: vec!["GET".to_owned()],
            allow_headers: vec![],
            allow_credentials: false,
            allow_origin_regex: None,
            allow_private_network: false,
            expose_headers: vec![],
            max_age: 600,
            responses: "starlette".to_owned(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    headers: Pairs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: Option<u16>,
    body: Option<String>,
    headers: Pairs,
}

type Lines = Vec<(Vec<u8>, Vec<u8>)>;

/// The response to a preflight; to an actual request, whose status and body are the application's,
/// only its header lines.
#[derive(PartialEq)]
struct Response {
    preflight: Option<(u16, Vec<u8>)>,
    lines: Lines,
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((status, body)) = &self.preflight {
            writeln!(f, "    {status} {}", body.escape_ascii())?;
        }
        for (name, value) in &self.lines {
            writeln!(f, "    {}: {}", name.escape_ascii(), value.escape_ascii())?;
        }
        Ok(())
    }
}

fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap()).collect()
}

fn lines(pairs: &Pairs) -> Lines {
    pairs.iter().map(|(name, value)| (latin_1(name), latin_1(value))).collect()
}

/// What the Python layer makes of Starlette's options.
fn policy(options: &CaseOptions) -> Policy {
    let expressions = Expressions::new(options.allow_origin_regex.as_slice()).unwrap();
    let mut origins = Origins::with_capacity(options.allow_origins.len(), expressions, false);
    for entry in &options.allow_origins {
        origins.add(entry.as_bytes()).unwrap();
    }
    let methods: Vec<&str> = if options.allow_methods.iter().any(|method| method == "*") {
        ALL_METHODS.to_vec()
    } else {
        options.allow_methods.iter().map(String::as_str).collect()
    };
    let listed = options.allow_headers.iter().map(String::as_str);
    let headers: BTreeSet<&str> = SAFELISTED_HEADERS.into_iter().chain(listed).collect();
    let boxed = |names: Vec<&str>| names.into_iter().map(|name| name.as_bytes().into()).collect();
    Policy::new(Options {
        origins,
        methods: boxed(methods),
        any_header: headers.contains("*"),
        headers: boxed(headers.into_iter().collect()),
        credentials: options.allow_credentials,
        private_network: options.allow_private_network,
        expose: boxed(options.expose_headers.iter().map(String::as_str).collect()),
        max_age: options.max_age.to_string().into_bytes().into(),
        responses: Responses::named(&options.responses).unwrap(),
    })
    .unwrap()
}

fn response(case: &Case) -> Response {
    let policy = policy(&case.options);
    let request = lines(&case.request.headers);
    let first = |wanted: &str| {
        let line = request.iter().find(|(name, _)| name == wanted.as_bytes());
        line.map(|(_, value)| value.as_slice())
    };
    let application = lines(&case.application);
    let Some(origin) = first("origin") else {
        return actual_response(&policy, Actual::WithoutOrigin, b"", &application);
    };
    let Ok(allowed) = policy.allows(origin, |_| Ok::<_, Infallible>(false));
    if let Some(method) = first("access-control-request-method")
        && case.request.method == "OPTIONS"
    {
        let asked = PreflightRequest {
            method,
            headers: first("access-control-request-headers"),
            private_network: first("access-control-request-private-network").is_some(),
        };
        let decision = policy.preflight(&asked, allowed);
        let lines = policy.preflight_response(decision, origin, &asked);
        return Response {
            preflight: Some((
                policy.responses().status(decision.rejections),
                policy.responses().body(decision.rejections).into_bytes(),
            )),
            lines: lines.into_iter().map(|(name, value)| (name.to_vec(), value)).collect(),
        };
    }
    let kind = if allowed { Actual::Allowed } else { Actual::Rejected };
    actual_response(&policy, kind, origin, &application)
}

fn actual_response(policy: &Policy, kind: Actual, origin: &[u8], application: &Lines) -> Response {
    let theirs: Vec<(&[u8], &[u8])> =
        application.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
    let ours = policy.actual_lines(kind);
    let line = |placed| match placed {
        Placed::Theirs(index) => application[index].clone(),
        Placed::Ours(index) => {
            let value = match &ours[index].value {
                LineValue::Fixed(value) => value.to_vec(),
                LineValue::Origin => origin.to_vec(),
            };
            (ours[index].name.to_vec(), value)
        }
        Placed::Vary(value) => (b"vary".to_vec(), value),
    };
    Response {
        preflight: None,
        lines: merge(&theirs, ours, policy.varies()).into_iter().map(line).collect(),
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cors/corpus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn the_core_responds_to_every_case_as_expected() {
    let mut failures = Vec::new();
    let mut count = 0;
    for path in files() {
        let file = path.file_name().unwrap().display();
        let corpus: Corpus = toml::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        for case in corpus.case {
            let Expected { status, body, headers } = &case.expected;
            let preflight = status.map(|status| (status, latin_1(body.as_deref().unwrap())));
            let expected = Response { preflight, lines: lines(headers) };
            let found = response(&case);
            if found != expected {
                let name = &case.name;
                failures.push(format!("{file}: {name}\n  expected\n{expected}  found\n{found}"));
            }
            count += 1;
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(count > 100, "only {count} cases were found");
}

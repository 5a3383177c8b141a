//! The core alone, without Python: `cargo bench --no-default-features --bench core`.

use core::error::Error;
use core::hint::black_box;
use core::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use fastcors::cors::{
    Actual, Expressions, Options, Origins, Policy, PreflightRequest, Responses, Verdict, merge,
};

type Fallible<T = ()> = Result<T, Box<dyn Error>>;

const ALLOWED: &[u8] = b"https://app.example.com";
const REJECTED: &[u8] = b"https://untrusted.example";
const SUBDOMAIN: &[u8] = b"https://a.b.example.org";
/// So many that none of them is in the processor's first cache when its turn comes.
const TURNS: usize = 10_000;
const MATCHED: &[u8] = b"https://preview-17.example.net";

fn boxed(names: &[&str]) -> Vec<Box<[u8]>> {
    names.iter().map(|name| name.as_bytes().into()).collect()
}

fn origins<'t>(
    entries: impl IntoIterator<Item = &'t [u8]>,
    expressions: &[&str],
) -> Fallible<Origins> {
    let mut origins = Origins::with_capacity(0, Expressions::new(expressions)?, false);
    for entry in entries {
        origins.add(entry)?;
    }
    origins.shrink();
    Ok(origins)
}

/// As many origins as are asked for, `ALLOWED` among them.
fn tenants(count: usize) -> Fallible<Origins> {
    let texts: Vec<String> =
        (1..count).map(|number| format!("https://tenant-{number}.example.com")).collect();
    origins(texts.iter().map(String::as_bytes).chain([ALLOWED]), &[])
}

/// As many patterns as are asked for, one that covers `SUBDOMAIN` among them.
fn tenants_below(count: usize) -> Fallible<Origins> {
    let texts: Vec<String> =
        (1..count).map(|number| format!("https://*.tenant-{number}.example.org")).collect();
    let own: &[u8] = b"https://*.example.org";
    origins(texts.iter().map(String::as_bytes).chain([own]), &[])
}

fn policy(origins: Origins) -> Fallible<Policy> {
    let headers: Vec<String> = (0..50).map(|number| format!("x-header-{number}")).collect();
    Ok(Policy::new(Options {
        origins,
        methods: boxed(&["GET", "PUT"]),
        headers: boxed(&headers.iter().map(String::as_str).collect::<Vec<_>>()),
        any_header: false,
        credentials: true,
        private_network: false,
        expose: boxed(&["X-Total"]),
        max_age: b"600".as_slice().into(),
        responses: Responses::Starlette,
    })?)
}

/// The verdict on an Origin, by what it is that allows or rejects it.
fn verdicts(criterion: &mut Criterion) -> Fallible {
    let pattern: &[u8] = b"https://*.example.org";
    let expression = [r"https://[a-z]+-[0-9]+\.example\.net"];
    let hundred: Vec<String> =
        (0..100).map(|n| format!(r"https://[a-z]+-{n}\.example\.net")).collect();
    let hundred: Vec<&str> = hundred.iter().map(String::as_str).collect();
    let mut group = criterion.benchmark_group("verdict");
    for (name, origins, origin, expected) in [
        ("listed, of 2", tenants(2)?, ALLOWED, Verdict::Allowed),
        ("listed, of 10,000", tenants(10_000)?, ALLOWED, Verdict::Allowed),
        ("listed, of 1,000,000", tenants(1_000_000)?, ALLOWED, Verdict::Allowed),
        ("rejected, of 2", tenants(2)?, REJECTED, Verdict::Rejected),
        ("rejected, of 10,000", tenants(10_000)?, REJECTED, Verdict::Rejected),
        ("by a pattern", origins([pattern], &[])?, SUBDOMAIN, Verdict::Allowed),
        ("rejected by a pattern", origins([pattern], &[])?, REJECTED, Verdict::Rejected),
        ("by one of 100,000 patterns", tenants_below(100_000)?, SUBDOMAIN, Verdict::Allowed),
        ("rejected by 100,000 patterns", tenants_below(100_000)?, REJECTED, Verdict::Rejected),
        ("by an expression", origins([], &expression)?, MATCHED, Verdict::Allowed),
        ("rejected by an expression", origins([], &expression)?, REJECTED, Verdict::Rejected),
        ("by one of 100 expressions", origins([], &hundred)?, MATCHED, Verdict::Allowed),
    ] {
        assert_eq!(origins.verdict(origin), expected, "{name}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&origins).verdict(black_box(origin)));
        });
    }
    group.finish();
    Ok(())
}

/// The verdict on the next of many Origins, each allowed by another entry.
fn in_turn(criterion: &mut Criterion) -> Fallible {
    const ENTRIES: usize = 100_000;
    let texts = |star: &str, port: &str| -> Vec<String> {
        (0..ENTRIES).map(|n| format!("https://{star}.tenant-{n}.example.org{port}")).collect()
    };
    let asking = texts("a.b", "");
    // Steps of a prime that does not divide their number reach each of them.
    let asking: Vec<&[u8]> =
        (0..ENTRIES).map(|step| asking[step * 7919 % ENTRIES].as_bytes()).collect();
    let mut group = criterion.benchmark_group("verdict, of 100,000 entries");
    for (name, entries) in [
        ("listed", texts("a.b", "")),
        ("patterns", texts("*", "")),
        ("patterns with any port", texts("*", ":*")),
    ] {
        let origins = origins(entries.iter().map(String::as_bytes), &[])?;
        for turns in [1, TURNS] {
            let mut following = asking[..turns].iter().cycle();
            group.bench_function(BenchmarkId::new(name, turns), |bencher| {
                bencher.iter(|| {
                    let origin = following.next().copied().unwrap_or_default();
                    black_box(&origins).verdict(black_box(origin))
                });
            });
            assert!(
                asking[..turns].iter().all(|origin| origins.verdict(origin) == Verdict::Allowed)
            );
        }
    }
    group.finish();
    Ok(())
}

/// The verdict on the Origin with the most labels, where few patterns or many have to be looked up.
fn labels(criterion: &mut Criterion) -> Fallible {
    let origin = format!("https://{}b", "a.".repeat(126));
    // One for each dot of the origin, and none of them covers it.
    let each: Vec<String> =
        (0..125).map(|count| format!("https://*.c{}.b", ".a".repeat(count))).collect();
    let mut group = criterion.benchmark_group("127 labels");
    for (name, patterns) in [("one pattern", &each[..1]), ("a pattern for each label", &each)] {
        let origins = origins(patterns.iter().map(String::as_bytes), &[])?;
        assert_eq!(origins.verdict(origin.as_bytes()), Verdict::Rejected);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&origins).verdict(black_box(origin.as_bytes())));
        });
    }
    group.finish();
    Ok(())
}

/// The verdict on an Origin that nothing allows, over its length.
fn long_origins(criterion: &mut Criterion) -> Fallible {
    let pattern: &[u8] = b"https://*.example.org";
    let all = origins([ALLOWED, pattern], &[r"https://([a-z0-9-]+\.?)+example\.com"])?;
    let mut group = criterion.benchmark_group("a hostile origin");
    for length in [16_usize, 256, 4096, 65_536] {
        let origin = [b"https://", vec![b'a'; length].as_slice(), b"!"].concat();
        assert_eq!(all.verdict(&origin), Verdict::Rejected);
        group.throughput(Throughput::Bytes(origin.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(length), |bencher| {
            bencher.iter(|| black_box(&all).verdict(black_box(&origin)));
        });
    }
    group.finish();
    Ok(())
}

/// The decision on a preflight, over the number of headers that it asks for.
fn preflights(criterion: &mut Criterion) -> Fallible {
    let policy = policy(tenants(2)?)?;
    let names: Vec<String> = (0..50).map(|number| format!("x-header-{number}")).collect();
    let mut group = criterion.benchmark_group("preflight, requested headers");
    for count in [0, 5, 50] {
        let asked = names[..count].join(",");
        let headers = (count > 0).then_some(asked.as_bytes());
        let request = PreflightRequest { method: b"PUT", headers, private_network: false };
        assert!(policy.preflight(&request, true).rejections.is_empty());
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| black_box(&policy).preflight(black_box(&request), true));
        });
    }
    group.finish();
    Ok(())
}

/// Setting an allowed request's header lines on those of the application's response.
fn merging(criterion: &mut Criterion) -> Fallible {
    type Header = (&'static [u8], &'static [u8]);
    let policy = policy(tenants(2)?)?;
    let lines = policy.actual_lines(Actual::Allowed);
    let plain: [Header; 2] = [(b"content-length", b"17"), (b"content-type", b"application/json")];
    let with_vary: [Header; 3] = [plain[0], plain[1], (b"vary", b"Accept-Encoding")];
    let with_own: [Header; 3] = [plain[0], plain[1], (b"access-control-allow-origin", b"*")];
    let mut group = criterion.benchmark_group("merge");
    for (name, theirs, length) in [
        ("nothing in common", plain.as_slice(), plain.len() + lines.len() + 1),
        ("with a Vary", with_vary.as_slice(), with_vary.len() + lines.len()),
        ("with an own allow-origin", with_own.as_slice(), with_own.len() + lines.len()),
    ] {
        assert_eq!(merge(theirs, lines, true).len(), length, "{name}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| merge(black_box(theirs), black_box(lines), true));
        });
    }
    group.finish();
    Ok(())
}

fn main() -> Fallible {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    verdicts(&mut criterion)?;
    in_turn(&mut criterion)?;
    labels(&mut criterion)?;
    long_origins(&mut criterion)?;
    preflights(&mut criterion)?;
    merging(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

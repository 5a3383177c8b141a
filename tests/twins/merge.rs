//! Header lines set on a response, compared with the steps that Starlette takes one by one.

use fastcors::cors::{Line, LineValue, Placed, merge};

use crate::tokens;

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "vary", "Vary", "access-control-allow-origin", "access-control-allow-credentials",
    "access-control-expose-headers", "Access-Control-Allow-Origin", "content-type", "Origin", "origin", "*",
    "Accept", ",", ", ", " ", "\t", "x", "origins", "",
];
const NAMES: [&[u8]; 3] = [
    b"access-control-allow-origin",
    b"access-control-allow-credentials",
    b"access-control-expose-headers",
];
const ORIGIN: &[u8] = b"https://a.example";

type Header = (Vec<u8>, Vec<u8>);

/// Lines are names and values in turn; the first byte says which lines the policy has, and whether the
/// response varies.
pub(crate) fn check(data: &[u8]) {
    let Some((&chosen, data)) = data.split_first() else { return };
    let texts = tokens::lines(data, TOKENS);
    let theirs: Vec<Header> =
        texts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    let ours: Vec<Line> = NAMES
        .into_iter()
        .enumerate()
        .filter(|(place, _)| chosen >> place & 1 == 1)
        .map(|(place, name)| {
            let explicit = place == 0 && chosen >> 3 & 1 == 1;
            let fixed = LineValue::Fixed(b"true".as_slice().into());
            Line { name, value: if explicit { LineValue::Origin } else { fixed } }
        })
        .collect();
    let borrowed: Vec<(&[u8], &[u8])> =
        theirs.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
    let varies = chosen >> 4 & 1 == 0;
    let found: Vec<Header> = merge(&borrowed, &ours, varies)
        .into_iter()
        .map(|placed| match placed {
            Placed::Theirs(index) => theirs[index].clone(),
            Placed::Ours(index) => (ours[index].name.to_vec(), value(&ours[index])),
            Placed::Vary(value) => (b"vary".to_vec(), value),
        })
        .collect();
    assert_eq!(found, step_by_step(theirs, &ours, varies));
}

fn value(line: &Line) -> Vec<u8> {
    match &line.value {
        LineValue::Fixed(value) => value.to_vec(),
        LineValue::Origin => ORIGIN.to_vec(),
    }
}

fn step_by_step(mut headers: Vec<Header>, lines: &[Line], varies: bool) -> Vec<Header> {
    for line in lines {
        set(&mut headers, line.name, value(line));
    }
    if !varies {
        return headers;
    }
    let values: Vec<Vec<u8>> = headers
        .iter()
        .filter(|(name, _)| name == b"vary")
        .map(|(_, value)| value.clone())
        .collect();
    let members: Vec<String> = values
        .iter()
        .flat_map(|value| value.split(|&byte| byte == b','))
        .map(|member| String::from_utf8_lossy(member).trim_ascii().to_lowercase())
        .collect();
    let mut vary = values.join(b", ".as_slice());
    if !members.iter().any(|member| member == "origin" || member == "*") {
        if !values.is_empty() {
            vary.extend_from_slice(b", ");
        }
        vary.extend_from_slice(b"Origin");
    }
    set(&mut headers, b"vary", vary);
    headers
}

/// Sets a header in the place of the first of its name, and takes the later ones away.
fn set(headers: &mut Vec<Header>, name: &[u8], value: Vec<u8>) {
    let Some(first) = headers.iter().position(|(other, _)| other == name) else {
        headers.push((name.to_vec(), value));
        return;
    };
    headers[first].1 = value;
    let mut place = 0;
    headers.retain(|(other, _)| {
        place += 1;
        other != name || place <= first + 1
    });
}

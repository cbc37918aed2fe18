//! Days, names and addresses.

use alloc::format;
use alloc::string::String;

use device::day::Day;
use device::host;
use device::text;
use device::url::HttpsUrl;

use super::shown;
use crate::form::{Malformed, Parts};
use crate::meter::Meter;

pub(super) fn day<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let days = i32::try_from(parts.number()?).ok();
    let day = meter.measure(|| days.and_then(Day::from_days_since_epoch));
    let civil = day.map(Day::civil);
    let back = civil.and_then(|(year, month, day)| Day::from_civil(year, month, day));
    Ok(format!("{day:?} {civil:?} {back:?}"))
}

pub(super) fn host<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let bytes = parts.bytes()?;
    Ok(shown(&meter.measure(|| host::host(bytes))))
}

pub(super) fn text<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let (bytes, longest) = (parts.bytes()?, parts.number()?);
    let longest = usize::try_from(longest).unwrap_or_default();
    Ok(shown(&meter.measure(|| text::text(bytes, longest))))
}

pub(super) fn url<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let bytes = parts.bytes()?;
    let read = meter.measure(|| HttpsUrl::parse(bytes));
    let mut answer = shown(&read);
    if let Ok(url) = read {
        answer += &format!(
            " {} {} {} {}",
            url.as_str(),
            url.host(),
            url.port(),
            url.path()
        );
    }
    Ok(answer)
}

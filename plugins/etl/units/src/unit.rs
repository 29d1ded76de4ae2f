//! The units, and conversion between them.

/// The dimension of a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Dimension {
    Length,
    Area,
    Volume,
    Mass,
    Temperature,
    Speed,
    Pressure,
    Duration,
    Energy,
    Data,
    Angle,
}

impl Dimension {
    fn name(self) -> &'static str {
        match self {
            Self::Length => "a length",
            Self::Area => "an area",
            Self::Volume => "a volume",
            Self::Mass => "a mass",
            Self::Temperature => "a temperature",
            Self::Speed => "a speed",
            Self::Pressure => "a pressure",
            Self::Duration => "a duration",
            Self::Energy => "an energy",
            Self::Data => "an amount of data",
            Self::Angle => "an angle",
        }
    }
}

/// A unit: one is `numerator / denominator` of its dimension's base unit, after `offset` is added.
#[derive(Debug)]
struct Unit {
    /// The symbol, followed by other names.
    names: &'static [&'static str],
    dimension: Dimension,
    // Two exact numbers, because their quotient may not be exact.
    numerator: f64,
    denominator: f64,
    offset: f64,
}

macro_rules! units {
    ($($dimension:ident: $([$($name:literal),*] $numerator:literal $(/ $denominator:literal)? $(+ $offset:literal)?,)*)*) => {
        const UNITS: &[Unit] = &[$($(
            Unit {
                names: &[$($name),*],
                dimension: Dimension::$dimension,
                numerator: $numerator,
                denominator: [$($denominator,)? 1.0][0],
                offset: [$($offset,)? 0.0][0],
            },
        )*)*];
    };
}

units! {
    Length:
        ["mm", "millimetre", "millimetres", "millimeter", "millimeters"] 1.0 / 1e3,
        ["cm", "centimetre", "centimetres", "centimeter", "centimeters"] 1.0 / 1e2,
        ["m", "metre", "metres", "meter", "meters"] 1.0,
        ["km", "kilometre", "kilometres", "kilometer", "kilometers"] 1e3,
        ["in", "inch", "inches"] 254.0 / 1e4,
        ["ft", "foot", "feet"] 3048.0 / 1e4,
        ["yd", "yard", "yards"] 9144.0 / 1e4,
        ["mi", "mile", "miles"] 1_609_344.0 / 1e3,
        ["nmi", "nautical mile", "nautical miles"] 1852.0,
    Area:
        ["m2", "m²"] 1.0,
        ["ha", "hectare", "hectares"] 1e4,
        ["km2", "km²"] 1e6,
        ["ft2", "ft²", "sqft"] 9_290_304.0 / 1e8,
        ["acre", "acres"] 40_468_564_224.0 / 1e7,
        ["mi2", "mi²", "sqmi"] 2_589_988_110_336.0 / 1e6,
    Volume:
        ["ml", "mL", "millilitre", "millilitres", "milliliter", "milliliters"] 1.0 / 1e3,
        ["l", "L", "litre", "litres", "liter", "liters"] 1.0,
        ["m3", "m³"] 1e3,
        ["floz", "fluid ounce", "fluid ounces"] 3_785_411_784.0 / 128e9,
        ["gal", "gallon", "gallons"] 3_785_411_784.0 / 1e9,
        ["ft3", "ft³"] 28_316_846_592.0 / 1e9,
    Mass:
        ["mg", "milligram", "milligrams"] 1.0 / 1e6,
        ["g", "gram", "grams"] 1.0 / 1e3,
        ["kg", "kilogram", "kilograms"] 1.0,
        ["t", "tonne", "tonnes"] 1e3,
        ["oz", "ounce", "ounces"] 45_359_237.0 / 16e8,
        ["lb", "lbs", "pound", "pounds"] 45_359_237.0 / 1e8,
    Temperature:
        ["°C", "C", "degC", "celsius"] 1.0,
        ["°F", "F", "degF", "fahrenheit"] 5.0 / 9.0 + -32.0,
        ["K", "kelvin"] 1.0 / 1.0 + -273.15,
    Speed:
        ["m/s", "mps"] 1.0,
        ["km/h", "kmh", "kph"] 1.0 / 3.6,
        ["mph", "mi/h"] 44_704.0 / 1e5,
        ["kn", "kt", "kts", "knot", "knots"] 1852.0 / 3600.0,
        ["ft/s", "fps"] 3048.0 / 1e4,
    Pressure:
        ["Pa", "pascal"] 1.0,
        ["hPa", "hectopascal"] 1e2,
        ["kPa", "kilopascal"] 1e3,
        ["bar"] 1e5,
        ["mbar", "millibar", "millibars"] 1e2,
        ["atm", "atmosphere", "atmospheres"] 101_325.0,
        ["psi"] 6_894.757_293_168,
        ["inHg"] 3_386.389,
        ["mmHg"] 133.322_387_415,
    Duration:
        ["ms", "millisecond", "milliseconds"] 1.0 / 1e3,
        ["s", "sec", "second", "seconds"] 1.0,
        ["min", "minute", "minutes"] 60.0,
        ["h", "hr", "hour", "hours"] 3600.0,
        ["d", "day", "days"] 86_400.0,
        ["wk", "week", "weeks"] 604_800.0,
    Energy:
        ["J", "joule", "joules"] 1.0,
        ["kJ", "kilojoule", "kilojoules"] 1e3,
        ["cal", "calorie", "calories"] 4_184.0 / 1e3,
        ["kcal", "kilocalorie", "kilocalories"] 4_184.0,
        ["Wh", "watt hour", "watt hours"] 3600.0,
        ["kWh", "kilowatt hour", "kilowatt hours"] 36e5,
    Data:
        ["B", "byte", "bytes"] 1.0,
        ["kB", "kilobyte", "kilobytes"] 1e3,
        ["MB", "megabyte", "megabytes"] 1e6,
        ["GB", "gigabyte", "gigabytes"] 1e9,
        ["TB", "terabyte", "terabytes"] 1e12,
        ["KiB", "kibibyte", "kibibytes"] 1024.0,
        ["MiB", "mebibyte", "mebibytes"] 1_048_576.0,
        ["GiB", "gibibyte", "gibibytes"] 1_073_741_824.0,
        ["TiB", "tebibyte", "tebibytes"] 1_099_511_627_776.0,
    Angle:
        ["deg", "°", "degree", "degrees"] 1.0,
        ["rad", "radian", "radians"] 57.295_779_513_082_32,
}

/// The unit of this name, or an error with the most similar name.
fn find(name: &str) -> Result<&'static Unit, String> {
    let written = |same: &dyn Fn(&str) -> bool| {
        UNITS.iter().filter(|unit| unit.names.iter().any(|name| same(name))).collect::<Vec<_>>()
    };
    if let [unit] = written(&|known| known == name).as_slice() {
        return Ok(unit);
    }
    // Case distinguishes some units, but not most.
    if let [unit] = written(&|known| known.eq_ignore_ascii_case(name)).as_slice() {
        return Ok(unit);
    }
    let small = name.to_lowercase();
    let distance = |known: &str| strsim::osa_distance(&known.to_lowercase(), &small);
    let nearest = UNITS
        .iter()
        .flat_map(|unit| unit.names)
        .min_by_key(|known| (distance(known), known.chars().next() != name.chars().next()));
    // A name with that many differences is not similar.
    match nearest.filter(|known| distance(known) <= 2 && distance(known) < small.chars().count()) {
        Some(known) => Err(format!("unknown unit `{name}`; did you mean `{known}`?")),
        None => {
            let symbols: Vec<_> = UNITS.iter().filter_map(|unit| unit.names.first().copied()).collect();
            Err(format!("unknown unit `{name}`; the units are {}", symbols.join(", ")))
        }
    }
}

/// Converts from one unit to another of the same dimension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conversion {
    add: f64,
    multiply: f64,
    divide: f64,
    subtract: f64,
}

impl Conversion {
    pub(crate) fn between(from: &str, to: &str) -> Result<Self, String> {
        let (source, target) = (find(from)?, find(to)?);
        if source.dimension != target.dimension {
            return Err(format!(
                "`{from}` is {}, and `{to}` is {}",
                source.dimension.name(),
                target.dimension.name()
            ));
        }
        Ok(Self {
            add: source.offset,
            multiply: source.numerator * target.denominator,
            divide: source.denominator * target.numerator,
            subtract: target.offset,
        })
    }

    pub(crate) fn convert(self, number: f64) -> f64 {
        (number + self.add) * self.multiply / self.divide - self.subtract
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_become_one_another() {
        for (number, from, to, expected) in [
            (1400.0, "mi", "km", 2253.0816),
            (1.0, "feet", "m", 0.3048),
            (12.0, "in", "ft", 1.0),
            (100.0, "°C", "°F", 212.0),
            (-40.0, "°F", "celsius", -40.0),
            (0.0, "K", "degC", -273.15),
            (36.0, "km/h", "m/s", 10.0),
            (3600.0, "kn", "m/s", 1852.0),
            (60.0, "mph", "km/h", 96.56064),
            (1013.25, "hPa", "atm", 1.0),
            (1.0, "gal", "l", 3.785411784),
            (16.0, "oz", "lb", 1.0),
            (640.0, "acre", "mi2", 1.0),
            (90.0, "min", "h", 1.5),
            (1.0, "GiB", "MB", 1073.741824),
            (1.0, "kWh", "kJ", 3600.0),
            (180.0, "deg", "rad", std::f64::consts::PI),
        ] {
            let conversion = Conversion::between(from, to).unwrap();
            assert!(
                (conversion.convert(number) - expected).abs() <= expected.abs() * 4.0 * f64::EPSILON,
                "{number} {from} to {to}: {}",
                conversion.convert(number)
            );
            let back = Conversion::between(to, from).unwrap().convert(expected);
            assert!((back - number).abs() <= 1e-9, "{expected} {to} to {from}: {back}");
        }
    }

    #[test]
    fn every_name_is_one_unit_s() {
        let mut names: Vec<_> = UNITS.iter().flat_map(|unit| unit.names).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for name in names {
            assert!(find(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_told_with_the_nearest() {
        let problem = |from, to| Conversion::between(from, to).err();
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(problem("kmm", "m"), told("unknown unit `kmm`; did you mean `km`?"));
        assert_eq!(
            problem("mi", "killometres"),
            told("unknown unit `killometres`; did you mean `kilometres`?")
        );
        assert_eq!(problem("Knots", "M/S"), None, "capitals do not matter where they tell nothing apart");
        assert_eq!(problem("mi", "°C"), told("`mi` is a length, and `°C` is a temperature"));
        let Some(all) = problem("furlong", "m") else { panic!() };
        assert!(all.starts_with("unknown unit `furlong`; the units are mm, cm, m, km"), "{all}");
    }
}

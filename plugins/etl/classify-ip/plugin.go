// classify-ip: classifies IP addresses.
//
//	[stage.settings]
//	column = "ip"
//	networks = { office = "10.1.0.0/16", vpn = "fd00:42::/32" }    # names for your own networks
//
// The column is normalized by RFC 5952, and an IPv4 address mapped into IPv6 becomes IPv4. The plugin adds the columns
// `<column>_version`, 4 or 6, `<column>_kind` and, with networks, `<column>_network`: the narrowest that contains the address. Invalid
// addresses are rejected.
package main

import (
	"witdock/etl"

	"classify_ip/address"
)

func init() { etl.Register(open) }

// The host calls the registered function.
func main() {}

type settings struct {
	Column   string            `json:"column"`
	Networks map[string]string `json:"networks"`
}

func open(plan *etl.Plan) (etl.Transform, error) {
	var settings settings
	if err := plan.Settings(&settings); err != nil {
		return nil, err
	}
	if settings.Column == "" {
		return nil, etl.Settingsf("`column` is missing; it names the column of addresses")
	}
	networks, err := address.ParseNetworks(settings.Networks)
	if err != nil {
		return nil, etl.Settingsf("`networks`: %v", err)
	}
	column, err := etl.Read[string](plan, settings.Column)
	if err != nil {
		return nil, err
	}
	plan.PassAll()
	made := etl.Make[string](plan, settings.Column, etl.Nullable)
	version := etl.Make[int32](plan, settings.Column+"_version", etl.Nullable)
	kind := etl.Make[string](plan, settings.Column+"_kind", etl.Nullable)
	var network *etl.Made[string]
	if len(networks) > 0 {
		network = new(etl.Made[string])
		*network = etl.Make[string](plan, settings.Column+"_network", etl.Nullable)
	}

	return etl.Rows(func(batch *etl.Batch, row int, out *etl.Output) error {
		text, ok := column.Get(batch, row)
		if !ok {
			made.PutNull(out)
			version.PutNull(out)
			kind.PutNull(out)
			if network != nil {
				network.PutNull(out)
			}
			out.Keep(row)
			return nil
		}
		parsed, err := address.Parse(text)
		if err != nil {
			out.Reject(row, "bad-address", "%v", err)
			return nil
		}
		made.Put(out, parsed.String())
		version.Put(out, address.Version(parsed))
		kind.Put(out, address.Kind(parsed))
		if network != nil {
			if name := networks.Find(parsed); name != "" {
				network.Put(out, name)
			} else {
				network.PutNull(out)
			}
		}
		out.Keep(row)
		return nil
	}), nil
}

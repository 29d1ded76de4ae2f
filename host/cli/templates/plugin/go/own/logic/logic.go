// Package logic is for code that does not use the interface. Native tests can call it, which they cannot do with package main.
package logic

// Package logic is for what knows nothing of the interface: it is tested natively, which the package main cannot be.
package logic

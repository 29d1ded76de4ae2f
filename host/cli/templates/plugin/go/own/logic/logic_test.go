package logic

import "testing"

func TestLogic(t *testing.T) {
	if 1+1 != 2 {
		t.Error("replace this test")
	}
}

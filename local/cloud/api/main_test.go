package api_test

import (
	"testing"

	"myclothes/local/cloud/cloudtest"
)

func TestMain(m *testing.M) { cloudtest.Main(m) }

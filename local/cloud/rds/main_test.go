package rds

import (
	"testing"

	"myclothes/local/cloud/cloudtest"
)

func TestMain(m *testing.M) { cloudtest.Main(m, removeTemplates) }

package edge

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/network"
)

// healthPath is what the target group asks every instance. It answers for the
// instance alone: a database that is away must not empty the fleet.
const healthPath = "/healthz"

// LoadBalancerArgs say what load balancer to make.
type LoadBalancerArgs struct {
	network.Site
	Config

	TargetPort int
}

// LoadBalancer is an Application Load Balancer with one target group.
type LoadBalancer struct {
	pulumi.ResourceState

	TargetGroupArn pulumi.StringOutput
	// RequestCountLabel names the target group to scaling policies.
	RequestCountLabel pulumi.StringOutput

	Listeners []pulumi.Resource

	args     *LoadBalancerArgs
	balancer *lb.LoadBalancer
	targets  *lb.TargetGroup
}

// NewLoadBalancer declares the load balancer, its target group and its listeners:
// HTTP, or HTTPS with a redirect from HTTP when there is a certificate.
func NewLoadBalancer(ctx *pulumi.Context, name string, args *LoadBalancerArgs, opts ...pulumi.ResourceOption) (*LoadBalancer, error) {
	l := &LoadBalancer{args: args}
	if err := ctx.RegisterComponentResource("myclothes:index:LoadBalancer", name, l, opts...); err != nil {
		return nil, err
	}
	for _, step := range []func(*pulumi.Context, string, *LoadBalancerArgs) error{
		l.createBalancer, l.createTargetGroup, l.createListeners,
	} {
		if err := step(ctx, name, args); err != nil {
			return nil, err
		}
	}
	l.TargetGroupArn = l.targets.Arn
	l.RequestCountLabel = pulumi.Sprintf("%s/%s", l.balancer.ArnSuffix, l.targets.ArnSuffix)
	return l, ctx.RegisterResourceOutputs(l, pulumi.Map{"url": l.url()})
}

// url is where the shop is.
func (l *LoadBalancer) url() pulumi.StringOutput {
	scheme := "http"
	if l.args.CertificateArn != "" {
		scheme = "https"
	}
	return pulumi.Sprintf("%s://%s", scheme, l.balancer.DnsName)
}

// DrainSeconds is for how long a leaving instance may finish its requests.
func (l *LoadBalancer) DrainSeconds() int { return l.args.DeregistrationSeconds }

// Contribution lets the internet reach the load balancer, and that the service. Scaling
// wants the target group routed to before there are instances.
func (l *LoadBalancer) Contribution() conventions.Contribution {
	flows := []conventions.Flow{
		{From: conventions.Internet, To: conventions.LoadBalancer, Port: conventions.HTTPPort},
		{From: conventions.LoadBalancer, To: conventions.App, Port: l.args.TargetPort},
	}
	if l.args.CertificateArn != "" {
		flows = append(flows, conventions.Flow{From: conventions.Internet, To: conventions.LoadBalancer, Port: conventions.HTTPSPort})
	}
	return conventions.Contribution{
		Flows:      flows,
		BeforeBoot: l.Listeners,
		Outputs:    pulumi.Map{"url": l.url(), "targetGroupArn": l.TargetGroupArn},
	}
}

func (l *LoadBalancer) createBalancer(ctx *pulumi.Context, name string, args *LoadBalancerArgs) error {
	securityGroup, err := args.Groups.ID(ctx, conventions.LoadBalancer)
	if err != nil {
		return err
	}
	l.balancer, err = lb.NewLoadBalancer(ctx, name, &lb.LoadBalancerArgs{
		LoadBalancerType:         pulumi.String("application"),
		Internal:                 pulumi.Bool(false),
		Subnets:                  args.Network.Public,
		SecurityGroups:           pulumi.StringArray{securityGroup},
		DropInvalidHeaderFields:  pulumi.Bool(true),
		EnableDeletionProtection: pulumi.Bool(args.Retention.DeletionProtection),
		Tags:                     args.Tags.Named(name),
	}, pulumi.Parent(l))
	return err
}

func (l *LoadBalancer) createTargetGroup(ctx *pulumi.Context, name string, args *LoadBalancerArgs) (err error) {
	l.targets, err = lb.NewTargetGroup(ctx, name, &lb.TargetGroupArgs{
		Port:                       pulumi.Int(args.TargetPort),
		Protocol:                   pulumi.String("HTTP"),
		TargetType:                 pulumi.String("instance"),
		VpcId:                      args.Network.VpcID,
		DeregistrationDelay:        pulumi.Int(args.DeregistrationSeconds),
		LoadBalancingAlgorithmType: pulumi.String("least_outstanding_requests"),
		HealthCheck: lb.TargetGroupHealthCheckArgs{
			Path:               pulumi.String(healthPath),
			Protocol:           pulumi.String("HTTP"),
			Port:               pulumi.String("traffic-port"),
			Matcher:            pulumi.String("200"),
			Interval:           pulumi.Int(5),
			Timeout:            pulumi.Int(3),
			HealthyThreshold:   pulumi.Int(2),
			UnhealthyThreshold: pulumi.Int(2),
		},
		Stickiness: stickinessArgs(args),
		Tags:       args.Tags.Named(name),
	}, pulumi.Parent(l))
	return err
}

// stickinessArgs are sent also when stickiness is off: left out, AWS would keep
// what it was.
func stickinessArgs(args *LoadBalancerArgs) lb.TargetGroupStickinessArgs {
	s := lb.TargetGroupStickinessArgs{
		Type:           pulumi.String(StickinessLBCookie),
		Enabled:        pulumi.Bool(args.Stickiness != StickinessNone),
		CookieDuration: pulumi.Int(args.StickinessSeconds),
	}
	if args.Stickiness == StickinessAppCookie {
		s.Type = pulumi.String(StickinessAppCookie)
		s.CookieName = pulumi.String(args.SessionCookie())
	}
	return s
}

// createListeners declares port 80 under one name, whether it forwards or
// redirects: two listeners cannot have the port at once.
func (l *LoadBalancer) createListeners(ctx *pulumi.Context, name string, args *LoadBalancerArgs) error {
	forward := lb.ListenerDefaultActionArgs{Type: pulumi.String("forward"), TargetGroupArn: l.targets.Arn}
	http := &lb.ListenerArgs{
		Port: pulumi.Int(conventions.HTTPPort), Protocol: pulumi.String("HTTP"),
		DefaultActions: lb.ListenerDefaultActionArray{forward},
	}
	if args.CertificateArn != "" {
		http.DefaultActions = lb.ListenerDefaultActionArray{lb.ListenerDefaultActionArgs{
			Type: pulumi.String("redirect"),
			Redirect: lb.ListenerDefaultActionRedirectArgs{
				Protocol: pulumi.String("HTTPS"), Port: pulumi.String(strconv.Itoa(conventions.HTTPSPort)), StatusCode: pulumi.String("HTTP_301"),
			},
		}}
		https := &lb.ListenerArgs{
			Port: pulumi.Int(conventions.HTTPSPort), Protocol: pulumi.String("HTTPS"),
			CertificateArn: pulumi.String(args.CertificateArn),
			SslPolicy:      pulumi.String("ELBSecurityPolicy-TLS13-1-2-2021-06"),
			DefaultActions: lb.ListenerDefaultActionArray{forward},
		}
		if err := l.listen(ctx, name+"-https", https, args); err != nil {
			return err
		}
	}
	return l.listen(ctx, name+"-http", http, args)
}

func (l *LoadBalancer) listen(ctx *pulumi.Context, name string, listener *lb.ListenerArgs, args *LoadBalancerArgs) error {
	listener.LoadBalancerArn = l.balancer.Arn
	listener.Tags = args.Tags.Named(name)
	created, err := lb.NewListener(ctx, name, listener, pulumi.Parent(l))
	l.Listeners = append(l.Listeners, created)
	return err
}

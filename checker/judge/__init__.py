"""The trusted side: owns the services, the clock and the verdict, and never imports a submission."""
